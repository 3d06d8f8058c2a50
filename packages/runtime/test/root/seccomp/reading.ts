/**
 * What a profile says of one call, read straight from it: no filter, no tree, one rule after another. Slow and plain on
 * purpose, so that where our filter and libseccomp's differ it can tell whose reading is the profile's.
 */
import { SECCOMP } from "../../../src/1-kernel/mod.ts";
import { RETURN_ENOSYS, returnValue } from "../../../src/1-kernel/seccomp/actions.ts";
import { type Architecture, architecturesOf, doorsOf } from "../../../src/1-kernel/seccomp/architectures.ts";
import type { SystemCall } from "../../../src/1-kernel/seccomp/interpreter.ts";
import type { SeccompArgument, SeccompProfile } from "../../../src/1-kernel/seccomp/profile.ts";

export interface Reading {
  /** The value the filter has to return. */
  verdict: number;
  /** The call is newer than the profile: runtimes answer ENOSYS, libseccomp knows no such rule. */
  newer: boolean;
  /** What each matching rule wants, where none is without conditions: with several values, the order of rules decides. */
  matching: number[];
  /** Conditions of each rule for this call's number, matching or not; empty when a rule without conditions settles it. */
  conditions: SeccompArgument[][];
  argumentBits: 32 | 64;
}

export function read(profile: SeccompProfile, call: SystemCall): Reading {
  const fallback = returnValue(profile.defaultAction, profile.defaultErrnoRet);
  const settled = (verdict: number): Reading => ({
    verdict,
    newer: false,
    matching: [],
    conditions: [],
    argumentBits: 64,
  });
  const architecture = architectureOf(profile, call);
  if (!architecture) return settled(SECCOMP.SECCOMP_RET_KILL_THREAD);
  if (call.nr === 0xffffffff) return settled(fallback);

  const { argumentBits } = architecture;
  const matching: number[] = [];
  const conditions: SeccompArgument[][] = [];
  let newest = -1;
  let always: number | undefined;
  for (const { names, action, errnoRet, args = [] } of profile.syscalls ?? []) {
    const value = returnValue(action, errnoRet);
    for (const { number, firstArgument } of names.flatMap((name) => doorsOf(name, architecture))) {
      newest = Math.max(newest, number);
      if (number !== call.nr || value === fallback) continue;
      const twice = new Set(args.map(({ index }) => index)).size < args.length;
      for (const rule of twice ? args.map((arg) => [arg]) : [args]) {
        const door: SeccompArgument[] =
          firstArgument === undefined ? [] : [{ index: 0, op: "SCMP_CMP_EQ", value: firstArgument }];
        const others = rule.filter(({ index }) => firstArgument === undefined || index !== 0);
        const all = [...door, ...others.filter((condition) => !holdsForAll(condition, argumentBits))];
        if (all.length === 0) always ??= value;
        conditions.push(all);
        if (all.every((condition) => holds(condition, call.args?.[condition.index] ?? 0, argumentBits)))
          matching.push(value);
      }
    }
  }
  const permissive = ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG"].includes(profile.defaultAction);
  if (newest >= 0 && call.nr > newest && !permissive) return { ...settled(RETURN_ENOSYS), newer: true };
  if (always !== undefined) return settled(always);
  return { verdict: matching[0] ?? fallback, newer: false, matching, conditions, argumentBits };
}

/** x86-64 and x32 share an architecture and differ in a bit of the number. */
function architectureOf(profile: SeccompProfile, { arch, nr }: SystemCall): Architecture | undefined {
  const x32 = arch === SECCOMP.AUDIT_ARCH_X86_64 && nr >= 0x40000000 && nr !== 0xffffffff;
  return architecturesOf(profile.architectures ?? [], "x86_64").find(
    ({ audit, table }) => audit === arch && (table === "x32") === x32,
  );
}

/** A mask without a bit asks nothing: the rule is one without that condition. */
function holdsForAll({ op, value }: SeccompArgument, bits: 32 | 64): boolean {
  return op === "SCMP_CMP_MASKED_EQ" && BigInt.asUintN(bits, BigInt(value)) === 0n;
}

function holds({ op, value, valueTwo = 0 }: SeccompArgument, argument: number | bigint, bits: 32 | 64): boolean {
  const [a, b, c] = [argument, value, valueTwo].map((number) => BigInt.asUintN(bits, BigInt(number))) as [
    bigint,
    bigint,
    bigint,
  ];
  switch (op) {
    case "SCMP_CMP_EQ":
      return a === b;
    case "SCMP_CMP_NE":
      return a !== b;
    case "SCMP_CMP_LT":
      return a < b;
    case "SCMP_CMP_LE":
      return a <= b;
    case "SCMP_CMP_GT":
      return a > b;
    case "SCMP_CMP_GE":
      return a >= b;
    default:
      return (a & b) === (c & b);
  }
}
