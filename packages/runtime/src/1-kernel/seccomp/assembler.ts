/**
 * A classic BPF assembler with names for jump targets, and the other way round a disassembler. Classic BPF is the
 * machine language of seccomp filters: one accumulator, loads from `struct seccomp_data`, forward jumps, return
 * (Documentation/networking/filter.rst).
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { SECCOMP } from "../abi/seccomp.ts";

/** One `struct sock_filter`: 8 bytes in the kernel. */
export interface BpfInstruction {
  code: number;
  /** Instructions to skip when a condition holds, and when it does not: at most 255. */
  jt: number;
  jf: number;
  k: number;
}

export type Condition = "jeq" | "jgt" | "jge" | "jset";

/** A line of assembly; jumps name labels. An absent `then` or `otherwise` goes on with the next line. */
export type AssemblyLine =
  | { kind: "label"; name: string }
  | { kind: "load"; offset: number }
  | { kind: "and"; k: number }
  | { kind: "return"; k: number }
  | { kind: "jump"; to: string }
  | { kind: "test"; condition: Condition; k: number; then?: string; otherwise?: string };

const { BPF_LD, BPF_W, BPF_ABS, BPF_ALU, BPF_AND, BPF_K, BPF_RET, BPF_JMP, BPF_JA } = SECCOMP;
const LOAD = BPF_LD | BPF_W | BPF_ABS;
const AND = BPF_ALU | BPF_AND | BPF_K;
const RETURN = BPF_RET | BPF_K;
const JUMP = BPF_JMP | BPF_JA;
const TEST = { jeq: SECCOMP.BPF_JEQ, jgt: SECCOMP.BPF_JGT, jge: SECCOMP.BPF_JGE, jset: SECCOMP.BPF_JSET } as const;

/**
 * Puts distances in place of labels.
 * @throws GlassboxError resource exhausted when the program is longer than the kernel takes
 */
export function assemble(lines: readonly AssemblyLine[]): BpfInstruction[] {
  const positions = new Map<string, number>();
  let length = 0;
  for (const line of lines) {
    if (line.kind === "label") positions.set(line.name, length);
    else length++;
  }
  if (length > SECCOMP.BPF_MAXINSNS) {
    throw new GlassboxError(
      "resource exhausted",
      `Cannot compile the seccomp profile: it takes ${length} instructions, and the kernel allows ${SECCOMP.BPF_MAXINSNS}`,
    );
  }
  const distance = (to: string | undefined, from: number, limit: number) => {
    if (to === undefined) return 0;
    const target = positions.get(to);
    const skip = target === undefined ? -1 : target - from - 1;
    if (skip < 0 || skip > limit)
      throw new GlassboxError("internal", `Cannot reach label "${to}" from instruction ${from}`);
    return skip;
  };
  const instructions: BpfInstruction[] = [];
  for (const line of lines) {
    const at = instructions.length;
    if (line.kind === "load") instructions.push({ code: LOAD, jt: 0, jf: 0, k: line.offset });
    if (line.kind === "and") instructions.push({ code: AND, jt: 0, jf: 0, k: line.k });
    if (line.kind === "return") instructions.push({ code: RETURN, jt: 0, jf: 0, k: line.k });
    if (line.kind === "jump") instructions.push({ code: JUMP, jt: 0, jf: 0, k: distance(line.to, at, 0xffffffff) });
    if (line.kind === "test") {
      const code = BPF_JMP | TEST[line.condition] | BPF_K;
      instructions.push({ code, jt: distance(line.then, at, 255), jf: distance(line.otherwise, at, 255), k: line.k });
    }
  }
  return instructions;
}

/** The bytes `sock_fprog.filter` points to. */
export function encodeInstructions(instructions: readonly BpfInstruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * 8);
  const view = new DataView(bytes.buffer);
  instructions.forEach(({ code, jt, jf, k }, index) => {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jt);
    view.setUint8(index * 8 + 3, jf);
    view.setUint32(index * 8 + 4, k, true);
  });
  return bytes;
}

/** One line an instruction, with absolute targets, as `seccomp-tools dump` and `bpf_dbg` print them. */
export function disassemble(instructions: readonly BpfInstruction[]): string {
  return instructions
    .map((instruction, index) => `${String(index).padStart(4, "0")}: ${describe(instruction, index)}\n`)
    .join("");
}

function describe({ code, jt, jf, k }: BpfInstruction, index: number): string {
  const hex = `0x${k.toString(16)}`;
  if (code === LOAD) return `A = ${fieldAt(k)}`;
  if (code === AND) return `A &= ${hex}`;
  if (code === RETURN) return `return ${describeReturn(k)}`;
  if (code === JUMP) return `goto ${pad(index + 1 + k)}`;
  const test = (Object.keys(TEST) as Condition[]).find((name) => code === (BPF_JMP | TEST[name] | BPF_K));
  if (!test) return `unknown instruction 0x${code.toString(16)}`;
  const sign = { jeq: "==", jgt: ">", jge: ">=", jset: "&" }[test];
  return `if (A ${sign} ${hex}) goto ${pad(index + 1 + jt)} else goto ${pad(index + 1 + jf)}`;
}

function pad(index: number): string {
  return String(index).padStart(4, "0");
}

/** Fields of `struct seccomp_data`: nr, arch, instruction_pointer, args[6]. */
function fieldAt(offset: number): string {
  if (offset === 0) return "nr";
  if (offset === 4) return "arch";
  if (offset < 16) return `instruction_pointer+${offset - 8}`;
  const half = (offset - 16) % 8 === 0 ? "low" : "high";
  return `args[${Math.floor((offset - 16) / 8)}].${half}`;
}

function describeReturn(value: number): string {
  const data = value & SECCOMP.SECCOMP_RET_DATA;
  switch ((value & SECCOMP.SECCOMP_RET_ACTION_FULL) >>> 0) {
    case SECCOMP.SECCOMP_RET_ALLOW:
      return "ALLOW";
    case SECCOMP.SECCOMP_RET_ERRNO:
      return `ERRNO(${data})`;
    case SECCOMP.SECCOMP_RET_KILL_THREAD:
      return "KILL_THREAD";
    case SECCOMP.SECCOMP_RET_KILL_PROCESS:
      return "KILL_PROCESS";
    case SECCOMP.SECCOMP_RET_TRAP:
      return "TRAP";
    case SECCOMP.SECCOMP_RET_LOG:
      return "LOG";
    case SECCOMP.SECCOMP_RET_USER_NOTIF:
      return "NOTIFY";
    case SECCOMP.SECCOMP_RET_TRACE:
      return `TRACE(${data})`;
    default:
      return `0x${value.toString(16)}`;
  }
}
