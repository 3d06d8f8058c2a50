/**
 * Runs a filter as the kernel would, on one system call: so that a test, or a page, can ask "what would happen to
 * `mount`?" without making the call.
 */
import { SECCOMP } from "../abi/seccomp.ts";
import type { BpfInstruction } from "./assembler.ts";

/** What the kernel hands to a filter: `struct seccomp_data` without the instruction pointer. */
export interface SystemCall {
  nr: number;
  arch: number;
  args?: readonly (number | bigint)[];
}

/** The value the filter returns for this call. */
export function interpret(instructions: readonly BpfInstruction[], call: SystemCall): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.nr, true);
  data.setUint32(4, call.arch, true);
  (call.args ?? []).forEach((value, index) => {
    data.setBigUint64(16 + index * 8, BigInt.asUintN(64, BigInt(value)), true);
  });
  let accumulator = 0;
  for (let at = 0; at < instructions.length; at++) {
    const { code, jt, jf, k } = instructions[at] as BpfInstruction;
    switch (code) {
      case SECCOMP.BPF_LD | SECCOMP.BPF_W | SECCOMP.BPF_ABS:
        accumulator = data.getUint32(k, true);
        break;
      case SECCOMP.BPF_ALU | SECCOMP.BPF_AND | SECCOMP.BPF_K:
        accumulator = (accumulator & k) >>> 0;
        break;
      case SECCOMP.BPF_RET | SECCOMP.BPF_K:
        return k;
      case SECCOMP.BPF_JMP | SECCOMP.BPF_JA:
        at += k;
        break;
      default:
        at += holds(code, accumulator, k) ? jt : jf;
    }
  }
  throw new Error("The filter ended without a return, which the kernel would have refused");
}

function holds(code: number, accumulator: number, k: number): boolean {
  switch (code & 0xf0) {
    case SECCOMP.BPF_JEQ:
      return accumulator === k;
    case SECCOMP.BPF_JGT:
      return accumulator > k;
    case SECCOMP.BPF_JGE:
      return accumulator >= k;
    case SECCOMP.BPF_JSET:
      return (accumulator & k) !== 0;
    default:
      throw new Error(`There is no such instruction in a seccomp filter: 0x${code.toString(16)}`);
  }
}
