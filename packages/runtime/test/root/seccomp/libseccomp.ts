/**
 * libseccomp as a yardstick: builds `libseccomp.c` with the machine's compiler and has it compile profiles to BPF, asked
 * as runc asks it. Debian's `libseccomp-dev` brings the library.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SECCOMP } from "../../../src/1-kernel/mod.ts";
import { returnValue } from "../../../src/1-kernel/seccomp/actions.ts";
import type { BpfInstruction } from "../../../src/1-kernel/seccomp/assembler.ts";
import type { SeccompProfile } from "../../../src/1-kernel/seccomp/profile.ts";

/** As `seccomp.h` numbers them: like the kernel, but x32, which the kernel tells from x86-64 by a bit of the number. */
const ARCHITECTURES: Record<string, number> = {
  SCMP_ARCH_X86_64: SECCOMP.AUDIT_ARCH_X86_64,
  SCMP_ARCH_X86: SECCOMP.AUDIT_ARCH_I386,
  SCMP_ARCH_X32: 0x4000003e,
  SCMP_ARCH_AARCH64: SECCOMP.AUDIT_ARCH_AARCH64,
};

const OPERATORS = [
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
];

/** Why this machine has no libseccomp to compare with. */
export function whyNoLibseccomp(): string | false {
  return existsSync("/usr/include/seccomp.h") ? false : "there is no seccomp.h (Debian: libseccomp-dev)";
}

/** @returns the path of the built program */
export function buildLibseccomp(directory: string): string {
  const program = join(directory, "libseccomp");
  const source = fileURLToPath(new URL("libseccomp.c", import.meta.url));
  execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-o", program, source, "-lseccomp"]);
  return program;
}

/** The filters libseccomp makes of these profiles. @throws Error when it refuses one, with what it said */
export function compileWithLibseccomp(program: string, profiles: readonly SeccompProfile[]): BpfInstruction[][] {
  const input = profiles.map(asLines).join("");
  const bytes = execFileSync(program, { input, maxBuffer: 256 << 20, stdio: ["pipe", "pipe", "pipe"] });
  const filters: BpfInstruction[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const count = bytes.readUInt32LE(at);
    at += 4;
    filters.push(Array.from({ length: count }, (_, index) => instructionAt(bytes, at + 8 * index)));
    at += 8 * count;
  }
  return filters;
}

function instructionAt(bytes: Buffer, at: number): BpfInstruction {
  return {
    code: bytes.readUInt16LE(at),
    jt: bytes[at + 2] ?? 0,
    jf: bytes[at + 3] ?? 0,
    k: bytes.readUInt32LE(at + 4),
  };
}

/** The lines `libseccomp.c` reads. */
function asLines(profile: SeccompProfile): string {
  const lines = [`profile ${returnValue(profile.defaultAction, profile.defaultErrnoRet)}`];
  for (const name of profile.architectures ?? []) lines.push(`arch ${ARCHITECTURES[name]}`);
  for (const { names, action, errnoRet, args = [] } of profile.syscalls ?? []) {
    for (const name of names) {
      lines.push(`rule ${returnValue(action, errnoRet)} ${name} ${args.length}`);
      for (const { index, op, value, valueTwo = 0 } of args) {
        lines.push(`${index} ${OPERATORS.indexOf(op) + 1} ${value} ${valueTwo}`);
      }
    }
  }
  return `${lines.join("\n")}\nend\n`;
}
