/** One call in wire form: its number, what is expected of it, and which program it makes. Read `encode.ts` first. */
import { GlassboxError } from "../../0-base/mod.ts";
import { ERRNO, type ErrnoName } from "../abi/errno.ts";
import { SYSCALL_NUMBERS } from "../abi/syscall-numbers.ts";
import type { Block } from "./block.ts";
import type { ArgEncoder } from "./encode-args.ts";
import type { Arg, Op } from "./plan.ts";
import { ALLOW_MAX, CALL_OUTLIVE, CALL_RELAY, CALL_TELL, NO_SLOT, OP, OP_FLAG, PATCH_NUMBERS } from "./wire.ts";

const ARGUMENTS_MAX = 6;
/** Where an op's fields of four bytes stand, in words. */
const WORD = {
  number: OP.number / 4,
  flags: OP.flags / 4,
  firstPatch: OP.first_patch / 4,
  patchCount: OP.patch_count / 4,
  program: OP.program / 4,
  resultSlot: OP.result_slot / 4,
} as const;
/** Of this machine's processor, and our words that are no calls of the kernel's. */
const numbers: Record<string, number> = Object.assign(
  Object.create(null),
  SYSCALL_NUMBERS[process.arch === "arm64" ? "aarch64" : "x86_64"],
  { tell: CALL_TELL, relay: CALL_RELAY, outlive: CALL_OUTLIVE },
);

/** @returns the program the op clones, if it does, and the results that program starts with */
export function encodeOp(encoder: ArgEncoder, at: number, op: Op, programs: string[], program: number) {
  const { block, patches } = encoder;
  const { call, args, expect, allow, result } = op;
  const patchesBefore = patches.length;
  const cloned = call === "clone3" ? args.find(isProgram) : undefined;
  const passed = cloned ? args.filter((arg) => arg !== cloned) : args;
  if (passed.length > ARGUMENTS_MAX) throw problem(`a call has at most ${ARGUMENTS_MAX} arguments`);
  encoder.encodeArguments(at + OP.args, passed);

  const child = cloned && programs.indexOf(cloned.name);
  if (child === -1) throw problem(`there is no program "${cloned?.name}"`);
  if (child !== undefined && child <= program) throw problem(`program "${cloned?.name}" has to come later in the plan`);

  // Zero bytes so far: only what is not zero is written.
  const { words } = block;
  const word = at >>> 2;
  const flags = (expect === undefined ? 0 : OP_FLAG.EXPECTS) | (child ? OP_FLAG.CLONES : 0);
  words[word + WORD.number] = callNumber(call);
  if (flags !== 0) words[word + WORD.flags] = flags;
  if (expect !== undefined) block.setInteger(at + OP.expect, 8, expect);
  if (patches.length > patchesBefore) {
    words[word + WORD.firstPatch] = patchesBefore / PATCH_NUMBERS;
    words[word + WORD.patchCount] = (patches.length - patchesBefore) / PATCH_NUMBERS;
  }
  if (child !== undefined) words[word + WORD.program] = child;
  if (allow) encodeAllowed(block, at + OP.allow, allow);
  words[word + WORD.resultSlot] = result === undefined ? NO_SLOT : encoder.slots.of(result);

  if (result !== undefined) encoder.known.add(result);
  // A child does not get what the kernel wrote for its parent (a pidfd); clone3's own result is 0 there.
  const knows = child === undefined ? undefined : new Set(encoder.known);
  if (encoder.outs.length > 0) encoder.learnOuts();
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

function callNumber(call: string): number {
  const number = numbers[call];
  if (number === undefined) throw problem(`this machine's processor has no system call "${call}"`);
  return number;
}

function problem(message: string): GlassboxError {
  return new GlassboxError("invalid argument", message);
}
