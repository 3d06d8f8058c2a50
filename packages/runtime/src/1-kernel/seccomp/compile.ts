/**
 * Profile to filter: what libseccomp does for other runtimes. Each architecture's calls are laid out as ranges with the
 * same fate, and the program finds the range by halving, so that a call costs about eight comparisons and not hundreds.
 * `arguments.ts` compares arguments, `assembler.ts` makes instructions.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { SECCOMP } from "../abi/seccomp.ts";
import { SYSCALL_NUMBERS } from "../abi/syscall-numbers.ts";
import { filterFlags, isPermissive, RETURN_ENOSYS, returnValue } from "./actions.ts";
import { compareArgument } from "./arguments.ts";
import { type AssemblyLine, assemble, type BpfInstruction } from "./assembler.ts";
import type { SeccompArgument, SeccompProfile } from "./profile.ts";

export interface SeccompFilter {
  instructions: BpfInstruction[];
  /** For `seccomp(SECCOMP_SET_MODE_FILTER, flags, ...)`. */
  flags: number;
  /** Names in the profile that no architecture of it has: older or misspelt, without effect. */
  unknownNames: string[];
}

type TableName = keyof typeof SYSCALL_NUMBERS;

/** Calls of the x32 ABI carry this bit and arrive under x86_64's architecture number. */
const X32_BIT = 0x40000000;

const ARCHITECTURES: Record<string, { table: TableName; audit: number; bit: number }> = {
  SCMP_ARCH_X86_64: { table: "x86_64", audit: SECCOMP.AUDIT_ARCH_X86_64, bit: 0 },
  SCMP_ARCH_X86: { table: "x86", audit: SECCOMP.AUDIT_ARCH_I386, bit: 0 },
  SCMP_ARCH_X32: { table: "x32", audit: SECCOMP.AUDIT_ARCH_X86_64, bit: X32_BIT },
  SCMP_ARCH_AARCH64: { table: "aarch64", audit: SECCOMP.AUDIT_ARCH_AARCH64, bit: 0 },
};

/** Real ones that no process on a machine of ours can be of, so that there is nothing to compile for them. */
const OTHER_ARCHITECTURES =
  /^SCMP_ARCH_(ARM|MIPS(EL)?(64(N32)?)?|PPC(64(LE)?)?|S390X?|PARISC(64)?|RISCV64|LOONGARCH64)$/;

/** What happens to a call: always the same, or depending on its arguments. */
type Fate = { kind: "always"; value: number } | { kind: "rules"; rules: ArgumentRule[]; otherwise: number };
interface ArgumentRule {
  /** All must match. */
  conditions: SeccompArgument[];
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
 * @throws GlassboxError for actions, operators and flags that do not exist
 */
export function compileSeccomp(profile: SeccompProfile, native: "x86_64" | "aarch64"): SeccompFilter {
  const nativeName = native === "x86_64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64";
  const names = [...new Set([nativeName, ...(profile.architectures ?? [])])];
  const unknown = names.find((name) => !(name in ARCHITECTURES) && !OTHER_ARCHITECTURES.test(name));
  if (unknown)
    throw new GlassboxError("invalid argument", `Cannot use seccomp architecture "${unknown}": there is none`);
  const architectures = names.flatMap((name) => ARCHITECTURES[name] ?? []);
  let labels = 0;
  const unique = () => `label ${labels++}`;

  const lines: AssemblyLine[] = [{ kind: "load", offset: 4 }];
  for (const audit of new Set(architectures.map((architecture) => architecture.audit))) {
    const next = unique();
    lines.push({ kind: "test", condition: "jeq", k: audit, otherwise: next }, { kind: "jump", to: `arch ${audit}` });
    lines.push({ kind: "label", name: next });
  }
  lines.push({ kind: "return", k: SECCOMP.SECCOMP_RET_KILL_THREAD });
  for (const audit of new Set(architectures.map((architecture) => architecture.audit))) {
    const ranges = mergeRanges(
      architectures
        .filter((architecture) => architecture.audit === audit)
        .flatMap(({ table, bit }) => rangesOf(profile, table, bit)),
    );
    const x32Missing = audit === SECCOMP.AUDIT_ARCH_X86_64 && !architectures.some(({ bit }) => bit === X32_BIT);
    if (x32Missing) ranges.push({ from: X32_BIT, fate: { kind: "always", value: SECCOMP.SECCOMP_RET_KILL_THREAD } });
    lines.push({ kind: "label", name: `arch ${audit}` }, { kind: "load", offset: 0 }, ...search(ranges, unique));
  }
  return {
    instructions: assemble(lines),
    flags: filterFlags(profile.flags),
    unknownNames: [...new Set((profile.syscalls ?? []).flatMap((rule) => rule.names))].filter(
      (name) => !architectures.some(({ table }) => name in SYSCALL_NUMBERS[table]),
    ),
  };
}

/** The calls of one architecture as ranges in rising order, with ENOSYS from the first number the profile cannot know. */
function rangesOf(profile: SeccompProfile, table: TableName, bit: number): Range[] {
  const numbers: Record<string, number> = SYSCALL_NUMBERS[table];
  const fallback = returnValue(profile.defaultAction, profile.defaultErrnoRet);
  const fates = new Map<number, Fate>();
  let newest = -1;
  for (const rule of profile.syscalls ?? []) {
    const value = returnValue(rule.action, rule.errnoRet);
    for (const name of rule.names) {
      const number = numbers[name];
      if (number === undefined) continue;
      newest = Math.max(newest, number);
      fates.set(number, combine(fates.get(number), rule.args ?? [], value, fallback));
    }
  }
  const ranges: Range[] = [{ from: bit, fate: { kind: "always", value: fallback } }];
  for (const [number, fate] of [...fates].sort(([a], [b]) => a - b)) {
    ranges.push({ from: bit + number, fate }, { from: bit + number + 1, fate: { kind: "always", value: fallback } });
  }
  if (!isPermissive(profile.defaultAction) && newest >= 0) {
    ranges.push({ from: bit + newest + 1, fate: { kind: "always", value: RETURN_ENOSYS } });
  }
  return ranges;
}

/**
 * Several rules for one call: one without conditions wins over those with, as in libseccomp; else the first that
 * matches. Within a rule all conditions must hold, but two on the same argument are alternatives, as in runc.
 */
function combine(before: Fate | undefined, args: SeccompArgument[], value: number, fallback: number): Fate {
  if (before?.kind === "always") return before;
  if (args.length === 0) return { kind: "always", value };
  const indexes = args.map(({ index }) => index);
  const alternatives = new Set(indexes).size < indexes.length;
  const rules = alternatives ? args.map((arg) => ({ conditions: [arg], value })) : [{ conditions: args, value }];
  return { kind: "rules", rules: [...(before?.rules ?? []), ...rules], otherwise: fallback };
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
  const rules = fate.rules.flatMap(({ conditions, value }): AssemblyLine[] => {
    const fail = unique();
    return [
      ...conditions.flatMap((condition) => compareArgument(condition, fail, unique)),
      { kind: "return", k: value },
      { kind: "label", name: fail },
    ];
  });
  return [...rules, { kind: "return", k: fate.otherwise }];
}
