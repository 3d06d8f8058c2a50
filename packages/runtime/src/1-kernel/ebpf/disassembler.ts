/** Extended BPF as text: one line an instruction, in the notation of the kernel's verifier and of `bpftool prog dump`. */
import { CONDITIONS, conditionCode, type EbpfInstruction, OPCODES } from "./assembler.ts";

/** Jumps are shown with the instruction they go to, counted from 0. */
export function disassembleEbpf(instructions: readonly EbpfInstruction[]): string {
  return instructions.map((instruction, index) => `${place(index)}: ${describe(instruction, index)}\n`).join("");
}

function describe({ code, to, from, offset, value }: EbpfInstruction, index: number): string {
  const target = `goto ${place(index + 1 + offset)}`;
  switch (code) {
    case OPCODES.load:
      return `r${to} = *(u32 *)(r${from} + ${offset})`;
    case OPCODES.copy:
      return `r${to} = r${from}`;
    case OPCODES.set:
      return `r${to} = ${value}`;
    case OPCODES.and:
      return `r${to} &= ${hex(value)}`;
    case OPCODES["shift right"]:
      return `r${to} >>= ${value}`;
    case OPCODES.jump:
      return target;
    case OPCODES.exit:
      return "exit";
  }
  const condition = (Object.keys(CONDITIONS) as Array<keyof typeof CONDITIONS>).find(
    (sign) => code === conditionCode(sign),
  );
  if (condition) return `if r${to} ${condition} ${condition === "&" ? hex(value) : value} ${target}`;
  return `unknown instruction ${hex(code)}`;
}

function place(index: number): string {
  return String(index).padStart(4, "0");
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
