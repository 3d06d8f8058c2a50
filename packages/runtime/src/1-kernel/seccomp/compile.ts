/**
 * Profile to filter: what libseccomp does for other runtimes. Each architecture's calls are laid out as ranges with the
 * same fate, and the program finds the range by halving, so that a call costs about eight comparisons and not hundreds.
 * `architectures.ts` knows numbers, `arguments.ts` compares arguments, `assembler.ts` makes instructions.
 */
import { SECCOMP } from "../abi/seccomp.ts";
import { filterFlags, isPermissive, RETURN_ENOSYS, returnValue } from "./actions.ts";
import { type Architecture, architecturesOf, doorsOf, X32_BIT } from "./architectures.ts";
import { asksSomething, compareArgument } from "./arguments.ts";
import { type AssemblyLine, assemble, type BpfInstruction } from "./assembler.ts";
import type { SeccompArgument, SeccompProfile } from "./profile.ts";

export interface SeccompFilter {
  instructions: BpfInstruction[];
  /** For `seccomp(SECCOMP_SET_MODE_FILTER, flags, ...)`. */
  flags: number;
  /** Some call is to wait for an agent's answer (SCMP_ACT_NOTIFY). */
  notifies: boolean;
  /** Names in the profile that no architecture of it has: older or misspelt, without effect. */
  unknownNames: string[];
}

/** The number of no call: what a tracer that had the kernel skip one leaves in its place. */
const SKIPPED = 0xffffffff;

/** What happens to a call: always the same, or depending on its arguments. */
type Fate = { kind: "always"; value: number } | { kind: "rules"; rules: ArgumentRule[]; otherwise: number };
interface ArgumentRule {
  /** All must match. */
  conditions: SeccompArgument[];
  bits: 32 | 64;
  value: number;
}

/** Calls from `from` up to the next range. */
interface Range {
  from: number;
  fate: Fate;
}

/**
 * Pure. `native` is the machine's architecture, always covered; calls under one the profile does not list kill the
 * thread, since a rule for one ABI's numbers means nothing in another's.
 * @throws GlassboxError for actions, operators, flags and architectures that do not exist
 */
export function compileSeccomp(profile: SeccompProfile, native: "x86_64" | "aarch64"): SeccompFilter {
  const architectures = architecturesOf(profile.architectures ?? [], native);
  const audits = [...new Set(architectures.map(({ audit }) => audit))];
  let labels = 0;
  const unique = () => `label ${labels++}`;

  const lines: AssemblyLine[] = [{ kind: "load", offset: 4 }];
  for (const audit of audits) {
    const next = unique();
    lines.push({ kind: "test", condition: "jeq", k: audit, otherwise: next }, { kind: "jump", to: `arch ${audit}` });
    lines.push({ kind: "label", name: next });
  }
  lines.push({ kind: "return", k: SECCOMP.SECCOMP_RET_KILL_THREAD });
  for (const audit of audits) {
    const sharing = architectures.filter((architecture) => architecture.audit === audit);
    const ranges = mergeRanges(sharing.flatMap((architecture) => rangesOf(profile, architecture)));
    const x32Missing = audit === SECCOMP.AUDIT_ARCH_X86_64 && !sharing.some(({ first }) => first === X32_BIT);
    if (x32Missing) ranges.push(always(X32_BIT, SECCOMP.SECCOMP_RET_KILL_THREAD));
    ranges.push(always(SKIPPED, returnValue(profile.defaultAction, profile.defaultErrnoRet)));
    lines.push({ kind: "label", name: `arch ${audit}` }, { kind: "load", offset: 0 }, ...search(ranges, unique));
  }
  const notifies = (profile.syscalls ?? []).some(({ action }) => action === "SCMP_ACT_NOTIFY");
  const names = new Set((profile.syscalls ?? []).flatMap((rule) => rule.names));
  return {
    instructions: assemble(lines),
    flags: flagsOf(profile, notifies),
    notifies,
    unknownNames: [...names].filter((name) => architectures.every((one) => doorsOf(name, one).length === 0)),
  };
}

/** The kernel refuses flags about a listener without one, and wants to be told that TSYNC and a listener are both meant. */
function flagsOf({ flags }: SeccompProfile, notifies: boolean): number {
  const asked = filterFlags(flags);
  if (!notifies) return asked & ~SECCOMP.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  const both = asked & SECCOMP.SECCOMP_FILTER_FLAG_TSYNC ? SECCOMP.SECCOMP_FILTER_FLAG_TSYNC_ESRCH : 0;
  return asked | both | SECCOMP.SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

/** The calls of one architecture as ranges in rising order, with ENOSYS from the first number the profile cannot know. */
function rangesOf(profile: SeccompProfile, architecture: Architecture): Range[] {
  const { first, argumentBits } = architecture;
  const fallback = returnValue(profile.defaultAction, profile.defaultErrnoRet);
  const fates = new Map<number, Fate>();
  let newest = -1;
  for (const { names, action, errnoRet, args = [] } of profile.syscalls ?? []) {
    const value = returnValue(action, errnoRet);
    for (const { number, firstArgument } of names.flatMap((name) => doorsOf(name, architecture))) {
      newest = Math.max(newest, number);
      // As with libseccomp's callers: what says no more than the default does not stand in other rules' way.
      if (value === fallback) continue;
      const rules = alternatives(args)
        .map((conditions) => throughDoor(conditions, firstArgument).filter((one) => asksSomething(one, argumentBits)))
        .map((conditions) => ({ conditions, value, bits: argumentBits }));
      for (const rule of rules) fates.set(number, combine(fates.get(number), rule, fallback));
    }
  }
  const ranges = [always(first, fallback)];
  for (const [number, fate] of [...fates].sort(([a], [b]) => a - b)) {
    ranges.push({ from: number, fate }, always(number + 1, fallback));
  }
  if (!isPermissive(profile.defaultAction) && newest >= 0) ranges.push(always(newest + 1, RETURN_ENOSYS));
  return ranges;
}

function always(from: number, value: number): Range {
  return { from, fate: { kind: "always", value } };
}

/** All conditions of a rule must hold, but two on the same argument make each of them a rule of its own, as in runc. */
function alternatives(args: SeccompArgument[]): SeccompArgument[][] {
  const repeats = new Set(args.map(({ index }) => index)).size < args.length;
  return repeats ? args.map((arg) => [arg]) : [args];
}

/** Where the first argument says which call is meant, nothing else can be asked of it. */
function throughDoor(conditions: SeccompArgument[], firstArgument: number | undefined): SeccompArgument[] {
  if (firstArgument === undefined) return conditions;
  const others = conditions.filter(({ index }) => index !== 0);
  return [{ index: 0, op: "SCMP_CMP_EQ", value: firstArgument }, ...others];
}

/** Several rules for one call: one without conditions wins over those with, as in libseccomp; else the first that matches. */
function combine(before: Fate | undefined, rule: ArgumentRule, fallback: number): Fate {
  if (before?.kind === "always") return before;
  if (rule.conditions.length === 0) return { kind: "always", value: rule.value };
  return { kind: "rules", rules: [...(before?.rules ?? []), rule], otherwise: fallback };
}

/** A later range at the same number replaces the earlier; neighbours with the same constant fate become one. */
function mergeRanges(ranges: Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a.from - b.from);
  const merged: Range[] = [];
  for (const range of sorted) {
    if (merged.at(-1)?.from === range.from) merged.pop();
    const last = merged.at(-1);
    const same = last?.fate.kind === "always" && range.fate.kind === "always" && last.fate.value === range.fate.value;
    if (!same) merged.push(range);
  }
  return merged;
}

/** Halve until one range is left. The far half is reached by `goto`, which, unlike a condition, may skip any distance. */
function search(ranges: readonly Range[], unique: () => string): AssemblyLine[] {
  const [first] = ranges;
  if (!first) return [];
  if (ranges.length === 1) return judge(first.fate, unique);
  const middle = Math.ceil(ranges.length / 2);
  const upper = ranges.slice(middle);
  const near = unique();
  const far = unique();
  return [
    { kind: "test", condition: "jge", k: upper[0]?.from ?? 0, otherwise: near },
    { kind: "jump", to: far },
    { kind: "label", name: near },
    ...search(ranges.slice(0, middle), unique),
    { kind: "label", name: far },
    ...search(upper, unique),
  ];
}

function judge(fate: Fate, unique: () => string): AssemblyLine[] {
  if (fate.kind === "always") return [{ kind: "return", k: fate.value }];
  const rules = fate.rules.flatMap(({ conditions, bits, value }): AssemblyLine[] => {
    const fail = unique();
    return [
      ...conditions.flatMap((condition) => compareArgument(condition, { bits, fail, unique })),
      { kind: "return", k: value },
      { kind: "label", name: fail },
    ];
  });
  return [...rules, { kind: "return", k: fate.otherwise }];
}
