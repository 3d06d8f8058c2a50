/**
 * The architectures a filter can tell apart, and what a profile's names mean on each. A kernel runs programs of several:
 * x86-64 runs 32-bit ones and x32, each with its own numbers, so a filter looks at the architecture before the number.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { IPC } from "../abi/ipc.ts";
import { SECCOMP } from "../abi/seccomp.ts";
import { SOCKETCALL } from "../abi/socketcall.ts";
import { SYSCALL_NUMBERS } from "../abi/syscall-numbers.ts";

export interface Architecture {
  table: keyof typeof SYSCALL_NUMBERS;
  /** What `seccomp_data.arch` holds. */
  audit: number;
  /** Its lowest number. */
  first: number;
  /** How much of an argument counts: a 32-bit program's are no longer. */
  argumentBits: 32 | 64;
}

/** Numbers of the x32 ABI carry this bit and arrive under x86_64's architecture. */
export const X32_BIT = 0x40000000;

const ARCHITECTURES: Record<string, Architecture> = {
  SCMP_ARCH_X86_64: { table: "x86_64", audit: SECCOMP.AUDIT_ARCH_X86_64, first: 0, argumentBits: 64 },
  SCMP_ARCH_X86: { table: "x86", audit: SECCOMP.AUDIT_ARCH_I386, first: 0, argumentBits: 32 },
  SCMP_ARCH_X32: { table: "x32", audit: SECCOMP.AUDIT_ARCH_X86_64, first: X32_BIT, argumentBits: 32 },
  SCMP_ARCH_AARCH64: { table: "aarch64", audit: SECCOMP.AUDIT_ARCH_AARCH64, first: 0, argumentBits: 64 },
};

/** Those whose calls a filter can tell apart. */
export const ARCHITECTURE_NAMES: readonly string[] = Object.keys(ARCHITECTURES);

/** Real ones that no process on a machine of ours can be of, so that there is nothing to compile for them. */
const OTHER_ARCHITECTURES =
  /^SCMP_ARCH_(ARM|MIPS(EL)?(64(N32)?)?|PPC(64(LE)?)?|S390X?|PARISC(64)?|RISCV64|LOONGARCH64)$/;

/** Whether a profile may list this architecture. */
export function isArchitecture(name: string): boolean {
  return Object.hasOwn(ARCHITECTURES, name) || OTHER_ARCHITECTURES.test(name);
}

/**
 * Those a profile lists and the machine's own.
 * @throws GlassboxError invalid argument for a name there is no architecture of
 */
export function architecturesOf(listed: readonly string[], native: "x86_64" | "aarch64"): Architecture[] {
  const names = [...new Set([native === "x86_64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64", ...listed])];
  const unknown = names.find((name) => !isArchitecture(name));
  if (unknown !== undefined)
    throw new GlassboxError("invalid argument", `Cannot use seccomp architecture "${unknown}": there is none`);
  return names.flatMap((name) => ARCHITECTURES[name] ?? []);
}

/** One way to make a call: by its number, or through a call that takes as first argument which one is meant. */
export interface Door {
  number: number;
  firstArgument?: number;
}

/** The ways to make the call `name` on this architecture; none where it has no such call. */
export function doorsOf(name: string, { table }: Architecture): Door[] {
  const numbers: Record<string, number> = SYSCALL_NUMBERS[table];
  const own = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
  const doors: Door[] = own === undefined ? [] : [{ number: own }];
  if (table !== "x86") return doors;
  // Newer kernels have most of these directly too, and a program may use either.
  const socket: number | undefined = (SOCKETCALL as Record<string, number>)[`SYS_${name.toUpperCase()}`];
  if (socket !== undefined) doors.push({ number: SYSCALL_NUMBERS.x86.socketcall, firstArgument: socket });
  const ipc: number | undefined = (IPC as Record<string, number>)[name.toUpperCase()];
  if (ipc !== undefined) doors.push({ number: SYSCALL_NUMBERS.x86.ipc, firstArgument: ipc });
  return doors;
}
