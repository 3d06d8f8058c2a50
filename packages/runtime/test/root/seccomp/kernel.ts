/** The kernel as a judge of filters: builds `kernel.c` and has it make real calls under a filter that lets none through. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeInstructions, SECCOMP } from "../../../src/1-kernel/mod.ts";
import type { BpfInstruction } from "../../../src/1-kernel/seccomp/assembler.ts";
import type { SystemCall } from "../../../src/1-kernel/seccomp/interpreter.ts";

/** @returns the path of the built program */
export function buildKernelJudge(directory: string): string {
  const program = join(directory, "kernel");
  const source = fileURLToPath(new URL("kernel.c", import.meta.url));
  execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-o", program, source]);
  return program;
}

/** What the kernel made of each call: the filter's return value, as `interpret` says it. */
export function verdictsOfKernel(
  program: string,
  instructions: readonly BpfInstruction[],
  calls: readonly SystemCall[],
): number[] {
  // Each return value stands as an errno of its own, so that the kernel answers instead of killing, waiting or doing.
  const values = [...new Set(instructions.filter(isReturn).map(({ k }) => k))];
  const harmless = instructions.map((one) =>
    isReturn(one) ? { ...one, k: SECCOMP.SECCOMP_RET_ERRNO | (values.indexOf(one.k) + 1) } : one,
  );
  const input = Buffer.alloc(8 + 8 * harmless.length + 56 * calls.length);
  input.writeUInt32LE(harmless.length, 0);
  input.writeUInt32LE(calls.length, 4);
  input.set(encodeInstructions(harmless), 8);
  for (const [index, { arch, nr, args = [] }] of calls.entries()) {
    const at = 8 + 8 * harmless.length + 56 * index;
    input.writeUInt32LE(arch, at);
    input.writeUInt32LE(nr, at + 4);
    for (const [place, value] of args.entries()) {
      input.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), at + 8 + 8 * place);
    }
  }
  const answers = execFileSync(program, { input, timeout: 20_000 });
  return calls.map((_, index) => values[answers.readInt32LE(4 * index) - 1] ?? -1);
}

function isReturn({ code }: BpfInstruction): boolean {
  return code === (SECCOMP.BPF_RET | SECCOMP.BPF_K);
}
