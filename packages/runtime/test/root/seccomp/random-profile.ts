/**
 * Random seccomp profiles and random system calls for them, from a seed: the same seed gives the same ones. Both lean to
 * where compilers go wrong: values beside those a profile names, halves of 64 bits swapped, numbers at the ends of tables.
 */

import { SYSCALL_NUMBERS } from "../../../src/1-kernel/abi/syscall-numbers.ts";
import { SECCOMP } from "../../../src/1-kernel/mod.ts";
import type { SystemCall } from "../../../src/1-kernel/seccomp/interpreter.ts";
import type { SeccompArgument, SeccompProfile, SeccompRule } from "../../../src/1-kernel/seccomp/profile.ts";
import { pick, type Random } from "../random.ts";

const ACTIONS = ["KILL", "KILL_THREAD", "KILL_PROCESS", "TRAP", "ERRNO", "TRACE", "ALLOW", "LOG", "NOTIFY"];
const OPERATORS = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"];
const OTHER_ARCHITECTURES = ["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"];

const AUDIT = [SECCOMP.AUDIT_ARCH_X86_64, SECCOMP.AUDIT_ARCH_I386, SECCOMP.AUDIT_ARCH_AARCH64];
const X32_BIT = 0x40000000;

/** Names that more is known of: few, so that rules meet; some that only 32-bit x86 has, or has behind one door. */
const CALLS = [
  ..."read write mount clone personality socket bind shmat semop msgget ipc socketcall unshare keyctl ptrace".split(
    " ",
  ),
  ..."openat2 clone3 waitpid mmap2 renameat mkdir kill futex_waitv quotactl_fd".split(" "),
];

const VALUES = [0n, 1n, 5n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n, 0x100000005n, 0x7e020000n, 2n ** 63n];

/** One rule in three has conditions. Rules for one call may meet, and then may differ in what they do. */
export function randomProfile(random: Random): SeccompProfile {
  const architectures = ["SCMP_ARCH_X86_64", ...OTHER_ARCHITECTURES.filter(() => random() < 0.4)];
  const syscalls = Array.from({ length: Math.floor(random() * 12) }, () => randomRule(random));
  const { action: defaultAction, errnoRet } = randomAction(random, ACTIONS.slice(0, -1));
  return { defaultAction, ...(errnoRet === undefined ? {} : { defaultErrnoRet: errnoRet }), architectures, syscalls };
}

function randomRule(random: Random): SeccompRule {
  const names = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
    random() < 0.7 ? pick(random, CALLS) : pick(random, Object.keys(SYSCALL_NUMBERS.x86_64)),
  );
  const count = random() < 0.6 ? 1 + Math.floor(random() * 3) : 0;
  const args = Array.from({ length: count }, () => randomArgument(random));
  return { names: [...new Set(names)], ...randomAction(random, ACTIONS), ...(count > 0 ? { args } : {}) };
}

function randomAction(random: Random, actions: readonly string[]): { action: string; errnoRet?: number } {
  const action = `SCMP_ACT_${pick(random, actions)}`;
  return random() < 0.5 ? { action } : { action, errnoRet: pick(random, [0, 1, 13, 38, 4094]) };
}

function randomArgument(random: Random): SeccompArgument {
  const op = `SCMP_CMP_${pick(random, OPERATORS)}`;
  const value = random() < 0.7 ? pick(random, VALUES) : random64(random);
  const index = random() < 0.5 ? 0 : Math.floor(random() * 6);
  return { index, op, value, ...(op === "SCMP_CMP_MASKED_EQ" ? { valueTwo: pick(random, VALUES) } : {}) };
}

function random64(random: Random): bigint {
  return (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32));
}

/** Makes calls that the profile has an opinion on, more often than not. */
export function callsFor(profile: SeccompProfile, random: Random): () => SystemCall {
  const near = (profile.syscalls ?? []).flatMap(({ args = [] }) => args.flatMap(around));
  return () => {
    const arch = random() < 0.97 ? pick(random, AUDIT) : pick(random, [0, SECCOMP.AUDIT_ARCH_ARM, 0xffffffff]);
    const nr = randomNumber(random, pick(random, profile.syscalls ?? []), arch);
    const args = Array.from({ length: 6 }, () => {
      const chance = random();
      if (chance < 0.7 && near.length > 0) return pick(random, near);
      return chance < 0.9 ? pick(random, VALUES) : random64(random);
    });
    return { nr, arch, args };
  };
}

function randomNumber(random: Random, rule: SeccompRule | undefined, arch: number): number {
  const table = tableOf(arch, random() < 0.2);
  const numbers: Record<string, number> = SYSCALL_NUMBERS[table];
  const chance = random();
  // The two doors of 32-bit x86 stand for many names of a profile.
  if (table === "x86" && chance < 0.15) return pick(random, [numbers.socketcall ?? 0, numbers.ipc ?? 0]);
  const number = rule ? numbers[pick(random, rule.names)] : undefined;
  if (number !== undefined && chance < 0.85) return Math.max(0, number + pick(random, [0, 0, 0, 0, -1, 1]));
  if (chance < 0.95) return pick(random, Object.values(numbers));
  return pick(random, [0, 1023, X32_BIT - 1, X32_BIT, X32_BIT + 1023, 0x7fffffff, 0xfffffffe, 0xffffffff]);
}

function tableOf(arch: number, x32: boolean): keyof typeof SYSCALL_NUMBERS {
  if (arch === SECCOMP.AUDIT_ARCH_I386) return "x86";
  if (arch === SECCOMP.AUDIT_ARCH_AARCH64) return "aarch64";
  return x32 ? "x32" : "x86_64";
}

/** What a comparison with this value may get wrong: one off, one half only, halves swapped. */
function around({ value, valueTwo = 0 }: SeccompArgument): bigint[] {
  return [BigInt(value), BigInt(valueTwo)].flatMap((middle) =>
    [
      middle,
      middle - 1n,
      middle + 1n,
      middle & 0xffffffffn,
      middle + (1n << 32n),
      (middle << 32n) | (middle >> 32n),
      ~middle,
    ].map((bits) => BigInt.asUintN(64, bits)),
  );
}
