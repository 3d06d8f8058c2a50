/**
 * Our seccomp compiler against libseccomp, which every other runtime uses: the same profiles, the same calls, the same
 * verdict. Random ones and the profile podman ships; `SECCOMP_SEED=N` tries others, and a failure prints what it takes
 * to see it again. Where the two differ there is a row below, and a plain reading of the profile that says who is right.
 * The interpreter that runs both is itself held against the kernel.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { compileSeccomp, SECCOMP } from "../../../src/1-kernel/mod.ts";
import { architecturesOf } from "../../../src/1-kernel/seccomp/architectures.ts";
import type { BpfInstruction } from "../../../src/1-kernel/seccomp/assembler.ts";
import { interpret, type SystemCall } from "../../../src/1-kernel/seccomp/interpreter.ts";
import type { SeccompProfile } from "../../../src/1-kernel/seccomp/profile.ts";
import { randomFrom } from "../random.ts";
import { defaultProfile, whyNoDefaultProfile } from "./default-profile.ts";
import { buildKernelJudge, verdictsOfKernel } from "./kernel.ts";
import { buildLibseccomp, compileWithLibseccomp, whyNoLibseccomp } from "./libseccomp.ts";
import { callsFor, randomProfile } from "./random-profile.ts";
import { type Reading, read } from "./reading.ts";

const seed = Number(process.env.SECCOMP_SEED ?? 1);
const RANDOM_PROFILES = 300;
const CALLS_EACH = 500;
const CALLS_OF_DEFAULT_PROFILE = 10_000;
/** Of all calls tried: more would mean that a row hides something. */
const SHARE_OF_ROWS = 0.1;

/** Where libseccomp 2.5.4 and our reading of a profile part. The first row that fits counts. */
const rows: Array<{ name: string; fits(reading: Reading, case_: Case): boolean }> = [
  {
    name: "newer calls: runtimes answer ENOSYS to numbers above all of the profile's, libseccomp leaves that to them",
    fits: ({ newer }) => newer,
  },
  {
    name: "rules that contradict each other: ours has the first that matches win, libseccomp the one its tree has first",
    fits: ({ matching }) => new Set(matching).size > 1,
  },
  {
    name: "several rules with conditions for one call: libseccomp folds them into one tree, in which some get lost",
    fits: ({ conditions }) => conditions.length > 1,
  },
  {
    name: "a second architecture: libseccomp's filter at times compares without loading the call's number first",
    fits: (_, { theirs, profile }) => loadsOfNumber(theirs) < auditsOf(profile),
  },
  {
    name: "SCMP_CMP_LE after another condition on a 32-bit architecture: libseccomp has it the wrong way round",
    fits: ({ argumentBits, conditions }) =>
      argumentBits === 32 && conditions.some((rule) => rule.length > 1 && rule.some(({ op }) => op === "SCMP_CMP_LE")),
  },
];

interface Case {
  profile: SeccompProfile;
  ours: readonly BpfInstruction[];
  theirs: readonly BpfInstruction[];
}

const work = mkdtempSync(join(tmpdir(), "seccomp-"));
after(() => rmSync(work, { recursive: true, force: true }));
const missing = process.arch === "x64" ? whyNoLibseccomp() : "the calls tried are those of x86-64 and its kin";
let libseccomp = "";
before(() => {
  if (!missing) libseccomp = buildLibseccomp(work);
});

test("compileSeccomp decides as libseccomp does, whatever the profile and the call", { skip: missing }, (t) => {
  const random = randomFrom(seed);
  const profiles = Array.from({ length: RANDOM_PROFILES }, () => randomProfile(random));
  const counts = new Counts();
  for (const case_ of casesOf(profiles)) {
    const next = callsFor(case_.profile, random);
    for (let count = 0; count < CALLS_EACH; count++) counts.compare(case_, next());
  }
  t.diagnostic(counts.report());
  assert.ok(counts.equal >= 100_000, counts.report());
  assert.ok(counts.inRows < counts.tried * SHARE_OF_ROWS, counts.report());
});

const capabilitySets = [
  [],
  ["CAP_AUDIT_WRITE", "CAP_SYS_CHROOT"],
  ["CAP_AUDIT_WRITE", "CAP_BPF", "CAP_DAC_READ_SEARCH", "CAP_PERFMON", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_SYSLOG"],
];

for (const capabilities of capabilitySets) {
  const name = `compileSeccomp decides as libseccomp does for podman's profile with ${capabilities.length} capabilities`;
  test(name, { skip: missing || whyNoDefaultProfile() }, (t) => {
    const counts = new Counts();
    const profile = defaultProfile(capabilities);
    const next = callsFor(profile, randomFrom(seed));
    for (const case_ of casesOf([profile])) {
      for (let count = 0; count < CALLS_OF_DEFAULT_PROFILE; count++) counts.compare(case_, next());
      t.diagnostic(`${case_.ours.length} instructions of ours, ${case_.theirs.length} of libseccomp's`);
    }
    t.diagnostic(counts.report());
    assert.ok(counts.equal > CALLS_OF_DEFAULT_PROFILE / 2, counts.report());
  });
}

test("interpret says what the kernel says", { skip: missing }, (t) => {
  const judge = buildKernelJudge(work);
  const random = randomFrom(seed + 1);
  let calls = 0;
  for (const { profile, ours, theirs } of casesOf(Array.from({ length: 20 }, () => randomProfile(random)))) {
    const next = callsFor(profile, random);
    const some = Array.from({ length: 60 }, next).flatMap(asMadeHere);
    for (const filter of [ours, theirs]) {
      const expected = some.map((call) => interpret(filter, call));
      assert.deepEqual(verdictsOfKernel(judge, filter, some), expected, shown({ seed, profile, some }));
      calls += some.length;
    }
  }
  t.diagnostic(`seed ${seed}: ${calls} real calls under filters of both compilers`);
  assert.ok(calls > 500);
});

class Counts {
  tried = 0;
  equal = 0;
  #byRow = new Map<string, number>();

  /** @throws AssertionError for a difference that no row explains, or where ours is not what the profile says */
  compare(case_: Case, call: SystemCall): void {
    const { profile, ours, theirs } = case_;
    this.tried++;
    const verdict = interpret(ours, call);
    const other = interpret(theirs, call);
    if (verdict === other) {
      this.equal++;
      return;
    }
    const reading = read(profile, call);
    const about = () => shown({ seed, ours: verdict, libseccomp: other, call, reading, profile });
    assert.equal(verdict, reading.verdict, `Ours is not what the profile says: ${about()}`);
    const row = rows.find(({ fits }) => fits(reading, case_));
    assert.ok(row, `Ours and libseccomp's differ: ${about()}`);
    this.#byRow.set(row.name, (this.#byRow.get(row.name) ?? 0) + 1);
  }

  get inRows(): number {
    return this.tried - this.equal;
  }

  report(): string {
    const lines = [...this.#byRow].map(([name, count]) => `  ${count} ${name}`);
    return [`seed ${seed}: ${this.tried} calls tried, ${this.equal} with the same verdict`, ...lines].join("\n");
  }
}

/** Each profile with both filters; without those libseccomp refuses, because two rules for the same arguments differ. */
function casesOf(profiles: readonly SeccompProfile[]): Case[] {
  const theirs = compileWithLibseccomp(libseccomp, profiles);
  return profiles.flatMap((profile, index) => {
    const filter = theirs[index] ?? [];
    return filter.length === 0
      ? []
      : [{ profile, ours: compileSeccomp(profile, "x86_64").instructions, theirs: filter }];
  });
}

/** uretprobe and uprobe: the kernel makes them itself on behalf of a traced program, and asks no filter (Linux 6.14). */
const UNFILTERED = [335, 336];

/** Only what this processor can do; 32-bit calls carry 32-bit arguments. */
function asMadeHere(call: SystemCall): SystemCall[] {
  if (call.arch === SECCOMP.AUDIT_ARCH_X86_64) return UNFILTERED.includes(call.nr) ? [] : [call];
  if (call.arch !== SECCOMP.AUDIT_ARCH_I386) return [];
  return [{ ...call, args: (call.args ?? []).map((value) => BigInt.asUintN(32, BigInt(value))) }];
}

function loadsOfNumber(filter: readonly BpfInstruction[]): number {
  const load = SECCOMP.BPF_LD | SECCOMP.BPF_W | SECCOMP.BPF_ABS;
  return filter.filter(({ code, k }) => code === load && k === 0).length;
}

function auditsOf({ architectures = [] }: SeccompProfile): number {
  return new Set(architecturesOf(architectures, "x86_64").map(({ audit }) => audit)).size;
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `0x${part.toString(16)}` : part));
}
