/**
 * An assembler for extended BPF with names for jump targets. Extended BPF is the machine language that the kernel checks
 * once, compiles, and then runs at fixed points of its own (Documentation/bpf/standardization/instruction-set.rst): ten
 * registers of 64 bits, `r1` pointing to what the program is asked about, the answer in `r0`. Only what a device program
 * takes is here. `disassembler.ts` goes the other way; for seccomp's older language see `../seccomp/assembler.ts`.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { BPF } from "../abi/bpf.ts";

/** One `struct bpf_insn`: 8 bytes in the kernel. */
export interface EbpfInstruction {
  code: number;
  /** Register numbers. */
  to: number;
  from: number;
  /** Signed, 16 bits: instructions to skip, or bytes from an address. */
  offset: number;
  /** Signed, 32 bits. */
  value: number;
}

export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** A line of assembly; jumps name labels. */
export type EbpfLine =
  | { kind: "label"; name: string }
  /** 32 bits from the address in `from`, `offset` bytes on. */
  | { kind: "load"; to: Register; from: Register; offset: number }
  | { kind: "copy"; to: Register; from: Register }
  | { kind: "set"; to: Register; value: number }
  | { kind: "and"; to: Register; value: number }
  | { kind: "shift right"; to: Register; value: number }
  | { kind: "jump"; target: string }
  | { kind: "jump if"; register: Register; condition: keyof typeof CONDITIONS; value: number; target: string }
  | { kind: "exit" };

const { BPF_ALU64, BPF_JMP, BPF_K, BPF_X } = BPF;

/** `&`: has any of these bits. */
export const CONDITIONS = { "==": BPF.BPF_JEQ, "!=": BPF.BPF_JNE, "&": BPF.BPF_JSET } as const;

/** The operation codes this assembler knows. */
export const OPCODES = {
  load: BPF.BPF_LDX | BPF.BPF_MEM | BPF.BPF_W,
  copy: BPF_ALU64 | BPF.BPF_MOV | BPF_X,
  set: BPF_ALU64 | BPF.BPF_MOV | BPF_K,
  and: BPF_ALU64 | BPF.BPF_AND | BPF_K,
  "shift right": BPF_ALU64 | BPF.BPF_RSH | BPF_K,
  jump: BPF_JMP | BPF.BPF_JA,
  exit: BPF_JMP | BPF.BPF_EXIT,
} as const;

/** Code of a conditional jump. */
export function conditionCode(condition: keyof typeof CONDITIONS): number {
  return BPF_JMP | CONDITIONS[condition] | BPF_K;
}

const INSTRUCTION_BYTES = 8;
/** Jumps have 16 bits and a sign. */
const LONGEST_JUMP = 0x7fff;

/**
 * Puts distances in place of labels. Jumps go forward only, so that the program ends.
 * @throws GlassboxError invalid argument for a number of more than 32 bits, resource exhausted for a jump too long
 */
export function assembleEbpf(lines: readonly EbpfLine[]): EbpfInstruction[] {
  const positions = new Map<string, number>();
  let length = 0;
  for (const line of lines) {
    if (line.kind === "label") positions.set(line.name, length);
    else length++;
  }
  const instructions: EbpfInstruction[] = [];
  const distance = (target: string) => {
    const skip = (positions.get(target) ?? -1) - instructions.length - 1;
    if (skip < 0) throw new GlassboxError("internal", `Cannot jump to "${target}": it does not come later`);
    if (skip > LONGEST_JUMP) {
      throw new GlassboxError("resource exhausted", `Cannot jump to "${target}": it is ${skip} instructions away`);
    }
    return skip;
  };
  for (const line of lines) if (line.kind !== "label") instructions.push(instruction(line, distance));
  return instructions;
}

/** The bytes `bpf_attr.insns` points to. */
export function encodeEbpf(instructions: readonly EbpfInstruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, to, from, offset, value }] of instructions.entries()) {
    const at = index * INSTRUCTION_BYTES;
    view.setUint8(at, code);
    view.setUint8(at + 1, (from << 4) | to);
    view.setInt16(at + 2, offset, true);
    view.setInt32(at + 4, value, true);
  }
  return bytes;
}

function instruction(
  line: Exclude<EbpfLine, { kind: "label" }>,
  distance: (target: string) => number,
): EbpfInstruction {
  const nothing = { to: 0, from: 0, offset: 0, value: 0 };
  switch (line.kind) {
    case "load":
      return { ...nothing, code: OPCODES.load, to: line.to, from: line.from, offset: line.offset };
    case "copy":
      return { ...nothing, code: OPCODES.copy, to: line.to, from: line.from };
    case "set":
    case "and":
    case "shift right":
      return { ...nothing, code: OPCODES[line.kind], to: line.to, value: fitting(line.value) };
    case "jump":
      return { ...nothing, code: OPCODES.jump, offset: distance(line.target) };
    case "jump if": {
      const code = conditionCode(line.condition);
      return { ...nothing, code, to: line.register, offset: distance(line.target), value: fitting(line.value) };
    }
    case "exit":
      return { ...nothing, code: OPCODES.exit };
  }
}

/** Cut to 32 bits, another number would be compared with than was asked for. */
function fitting(value: number): number {
  if (value === (value | 0)) return value;
  throw new GlassboxError("invalid argument", `${value} does not fit into the 32 bits of an eBPF instruction`);
}
