/**
 * From a plan to the block that sysrun reads; `wire.ts` has the layout. Everything that can be wrong with a plan as such
 * is found here, before anything is done: an unknown call, a result used before it exists, a NUL inside a string.
 * `encode-args.ts` does what stands in one call's arguments.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { ERRNO, type ErrnoName } from "../abi/errno.ts";
import { SYSCALL_NUMBERS } from "../abi/syscall-numbers.ts";
import type { Block } from "./block.ts";
import { ArgEncoder } from "./encode-args.ts";
import type { Arg, Op, Plan } from "./plan.ts";
import {
  ALLOW_MAX,
  BLOCK_MAX_BYTES,
  CALL_OUTLIVE,
  CALL_RELAY,
  CALL_TELL,
  HEADER,
  HEADER_BYTES,
  MAGIC,
  NO_SLOT,
  OP,
  OP_BYTES,
  OP_FLAG,
  PATCH_NUMBERS,
  PROGRAM,
  PROGRAM_BYTES,
} from "./wire.ts";

export interface EncodedPlan {
  block: Uint8Array;
  /** Name of each result slot. */
  slots: string[];
}

export interface EncodeOptions {
  /** Do not make this call; act as if the kernel had answered `errno`. For trying out what happens then. */
  failAt?: { program: string; op: number; errno: ErrnoName } | undefined;
}

const ARGUMENTS_MAX = 6;
const numbers: Record<string, number> = SYSCALL_NUMBERS[process.arch === "arm64" ? "aarch64" : "x86_64"];

/** @throws GlassboxError "invalid argument" naming program and call, for a plan that makes no sense */
export function encodePlan(plan: Plan, options: EncodeOptions = {}): EncodedPlan {
  if (plan.programs.length === 0) throw problem("Cannot encode a plan without programs");
  const names = plan.programs.map((program) => program.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw problem(`Cannot encode a plan with two programs named "${repeated}"`);

  const encoder = new ArgEncoder();
  const { block } = encoder;
  const opCount = plan.programs.reduce((count, program) => count + program.ops.length, 0);
  const header = block.reserve(HEADER_BYTES);
  const programsAt = block.reserve(plan.programs.length * PROGRAM_BYTES);
  const opsAt = block.reserve(opCount * OP_BYTES);
  // What each program knows when it starts: what was known where it is cloned.
  const inherited = new Map<number, ReadonlySet<string>>([[0, new Set()]]);

  let firstOp = 0;
  for (const [index, program] of plan.programs.entries()) {
    const known = inherited.get(index);
    if (!known) throw problem(`Cannot encode program "${program.name}": no earlier program clones it`);
    encoder.known = new Set(known);
    const run = { first_op: firstOp, op_count: program.ops.length };
    writeFields(block, programsAt + index * PROGRAM_BYTES, PROGRAM, run);
    let position = 0;
    try {
      for (const op of program.ops) {
        const child = encodeOp(encoder, opsAt + (firstOp + position) * OP_BYTES, op, names, index);
        // Cloned in two places, a program can count on what both know.
        if (child) inherited.set(child.program, intersection(child.knows, inherited.get(child.program)));
        position++;
      }
    } catch (cause) {
      const { call, from } = program.ops[position] ?? {};
      const field = from === undefined ? "" : `, asked for by config.json field "${from}"`;
      const where = `program "${program.name}", call ${position} (${call})${field}`;
      throw problem(`Cannot encode ${where}: ${cause instanceof Error ? cause.message : cause}`, cause);
    }
    firstOp += program.ops.length;
  }
  if (options.failAt) injectFailure(encoder, opsAt, plan, options.failAt);

  const patchesAt = writePatches(encoder);
  const size = block.bytes.length;
  if (size > BLOCK_MAX_BYTES) {
    throw problem(`Cannot encode a plan of ${size} bytes: sysrun reads at most ${BLOCK_MAX_BYTES}`);
  }
  writeFields(block, header, HEADER, {
    magic: MAGIC,
    size,
    programs: programsAt,
    program_count: plan.programs.length,
    ops: opsAt,
    op_count: opCount,
    patches: patchesAt,
    patch_count: encoder.patches.length / PATCH_NUMBERS,
    slot_count: encoder.slots.length,
    reserved: 0,
  });
  return { block: block.bytes, slots: encoder.slots };
}

function writePatches({ block, patches }: ArgEncoder): number {
  const start = block.reserve(4 * patches.length);
  block.words.set(patches, start >>> 2);
  return start;
}

/** A struct of 32-bit fields, by their names and offsets. */
function writeFields<Name extends string>(
  block: Block,
  at: number,
  offsets: Record<Name, number>,
  values: Record<Name, number>,
): void {
  for (const name of Object.keys(offsets) as Name[]) block.words[(at + offsets[name]) >>> 2] = values[name];
}

/** @returns the program the op clones, if it does, and the results that program starts with */
function encodeOp(encoder: ArgEncoder, at: number, op: Op, programs: string[], program: number) {
  const { block } = encoder;
  const firstPatch = encoder.patches.length / PATCH_NUMBERS;
  const cloned = op.call === "clone3" ? op.args.find(isProgram) : undefined;
  const passed = cloned ? op.args.filter((arg) => arg !== cloned) : op.args;
  if (passed.length > ARGUMENTS_MAX) throw problem(`a call has at most ${ARGUMENTS_MAX} arguments`);
  encoder.encodeArguments(at + OP.args, passed);

  const child = cloned && programs.indexOf(cloned.name);
  if (child === -1) throw problem(`there is no program "${cloned?.name}"`);
  if (child !== undefined && child <= program) throw problem(`program "${cloned?.name}" has to come later in the plan`);

  const { words } = block;
  const word = at >>> 2;
  words[word + OP.number / 4] = callNumber(op.call);
  words[word + OP.flags / 4] = (op.expect === undefined ? 0 : OP_FLAG.EXPECTS) | (child ? OP_FLAG.CLONES : 0);
  if (op.expect !== undefined) block.setInteger(at + OP.expect, 8, op.expect);
  words[word + OP.first_patch / 4] = firstPatch;
  words[word + OP.patch_count / 4] = encoder.patches.length / PATCH_NUMBERS - firstPatch;
  if (child !== undefined) words[word + OP.program / 4] = child;
  if (op.allow) encodeAllowed(block, at + OP.allow, op.allow);
  words[word + OP.result_slot / 4] = op.result === undefined ? NO_SLOT : encoder.slotOf(op.result);

  if (op.result !== undefined) encoder.known.add(op.result);
  // A child does not get what the kernel wrote for its parent (a pidfd); clone3's own result is 0 there.
  const knows = child === undefined ? undefined : new Set(encoder.known);
  encoder.learnOuts();
  return child === undefined || !knows ? undefined : { program: child, knows };
}

function isProgram(arg: Arg): arg is Extract<Arg, { kind: "program" }> {
  return arg.kind === "program";
}

function encodeAllowed(block: Block, at: number, allowed: readonly ErrnoName[]): void {
  if (allowed.length > ALLOW_MAX) throw problem(`a call can allow at most ${ALLOW_MAX} errors`);
  for (let index = 0; index < allowed.length; index++)
    block.setInteger(at + 2 * index, 2, ERRNO[allowed[index] as ErrnoName]);
}

function intersection(one: ReadonlySet<string>, other: ReadonlySet<string> = one): ReadonlySet<string> {
  return new Set([...one].filter((name) => other.has(name)));
}

function callNumber(call: string): number {
  if (call === "tell") return CALL_TELL;
  if (call === "relay") return CALL_RELAY;
  if (call === "outlive") return CALL_OUTLIVE;
  const number = Object.hasOwn(numbers, call) ? numbers[call] : undefined;
  if (number === undefined) throw problem(`this machine's processor has no system call "${call}"`);
  return number;
}

function injectFailure(
  encoder: ArgEncoder,
  opsAt: number,
  plan: Plan,
  failAt: NonNullable<EncodeOptions["failAt"]>,
): void {
  const index = plan.programs.findIndex((program) => program.name === failAt.program);
  if (plan.programs[index]?.ops[failAt.op] === undefined) {
    throw problem(`Cannot fail call ${failAt.op} of program "${failAt.program}": the plan has no such call`);
  }
  const before = plan.programs.slice(0, index).reduce((count, program) => count + program.ops.length, 0);
  encoder.block.setInteger(opsAt + (before + failAt.op) * OP_BYTES + OP.fail, 2, ERRNO[failAt.errno]);
}

function problem(message: string, cause?: unknown): GlassboxError {
  return new GlassboxError("invalid argument", message, cause === undefined ? {} : { cause });
}
