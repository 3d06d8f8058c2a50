/**
 * The wire form of a plan and of what sysrun reports, byte by byte: the same structs as in `native/sysrun/wire.h`
 * (a unit test compares the two). Everything is little-endian; offsets count from the start of the block. A plan may come
 * in several blocks, so that its first calls are made while the others are encoded.
 *
 * ```
 *   header | programs | ops | patches | data
 * ```
 *
 * A program is a run of ops; an op is a system call's number and its six arguments. What is not known before the plan
 * runs (addresses, earlier results, text with results in it) is a patch, applied just before the call; what a call hands
 * back through memory is one too, read after it. `encode.ts` writes the block, `report.ts` reads the records.
 */

export const MAGIC = 0x31504247;
/** sysrun refuses more. A plan of a hundred calls with a big seccomp filter and environment is about 100 KB. */
export const BLOCK_MAX_BYTES = 16777216;
export const NO_SLOT = 0xffffffff;
/** The number of `tell`, which is no system call. */
export const CALL_TELL = 0xffffffff;
/** The number of `relay`, which is none either. */
export const CALL_RELAY = 0xfffffffe;
/** The number of `outlive`, the last that is none. */
export const CALL_OUTLIVE = 0xfffffffd;

export const OP_FLAG = { EXPECTS: 1, CLONES: 2 } as const;

export const PATCH_KIND = { ADDRESS: 1, RESULT: 2, TEXT: 3, DECIMAL: 4, LENGTH: 5, OUT: 6 } as const;

export const RECORD_KIND = { WAITING: 1, DONE: 2, FAILED: 3, RESULT: 4, TOLD: 5, ENDED: 6, UNUSABLE: 7 } as const;

/** Errors an op can allow; sysrun's array is this long. */
export const ALLOW_MAX = 7;

/** Byte offsets of each struct's fields. */
export const HEADER = {
  magic: 0,
  size: 4,
  programs: 8,
  program_count: 12,
  ops: 16,
  op_count: 20,
  patches: 24,
  patch_count: 28,
  slot_count: 32,
  first_program: 36,
  first_op: 40,
  goes_on: 44,
} as const;
export const HEADER_BYTES = 48;

export const PROGRAM = { first_op: 0, op_count: 4 } as const;
export const PROGRAM_BYTES = 8;

export const OP = {
  args: 0,
  expect: 48,
  number: 56,
  flags: 60,
  first_patch: 64,
  patch_count: 68,
  result_slot: 72,
  program: 76,
  allow: 80,
  fail: 94,
} as const;
export const OP_BYTES = 96;

export const PATCH = { kind: 0, at: 4, from: 8, size: 12 } as const;
export const PATCH_BYTES = 16;
/** It is made of numbers of four bytes. */
export const PATCH_NUMBERS = PATCH_BYTES / 4;

export const RECORD = { kind: 0, program: 4, op: 8, error: 12, value: 16, start_ns: 24, end_ns: 32 } as const;
export const RECORD_BYTES = 40;
