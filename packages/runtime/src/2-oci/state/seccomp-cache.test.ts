import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { seccompProgram } from "../plan/seccomp-program.ts";
import { cachedProgram, KEPT_MAX, SECCOMP_CACHE } from "./seccomp-cache.ts";

const profile = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }] };
const compiled = seccompProgram(profile, "x86_64");
/** No compiler makes this: who gets it has it from the file. */
const PLANTED_FLAGS = 4711;

/** A directory of states whose cache has one file, put there by hand in the right form. */
async function planted(t: TestContext): Promise<{ root: string; directory: string; file: string }> {
  const root = mkdtempSync(join(tmpdir(), "glassrun-seccomp-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  await cachedProgram(root, profile, "x86_64");
  const directory = join(root, SECCOMP_CACHE);
  const [name = ""] = readdirSync(directory);
  const file = join(directory, name);
  rewrite(file, { flags: PLANTED_FLAGS });
  return { root, directory, file };
}

function rewrite(file: string, change: object): void {
  const { digest: _, ...content } = JSON.parse(readFileSync(file, "utf8"));
  const changed = { ...content, ...change };
  const digest = createHash("sha256").update(JSON.stringify(changed)).digest("hex");
  writeFileSync(file, JSON.stringify({ digest, ...changed }));
}

test("cachedProgram gives what the compiler gives, the first time and from the file", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "glassrun-seccomp-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const time of ["first", "second"]) {
    const { filter, ...rest } = await cachedProgram(root, profile, "x86_64");
    const expected = { filter: [...compiled.filter], flags: compiled.flags, notifies: compiled.notifies };
    assert.deepEqual({ filter: [...filter], ...rest }, expected, time);
  }
  const directory = join(root, SECCOMP_CACHE);
  assert.equal(readdirSync(directory).length, 1, "nothing half-written stays");
  assert.equal(statSync(directory).mode & 0o777, 0o700);
});

test("cachedProgram takes away what a killed process left half-written, and nothing of one that still writes", async (t) => {
  const { directory, root } = await planted(t);
  // Above the highest pid there can be, and one that lives as long as this test.
  const [abandoned, atWork] = [`abc.${2 ** 22 + 1}`, `abc.${process.pid}`];
  for (const name of [abandoned, atWork]) writeFileSync(join(directory, name), "{");
  await cachedProgram(root, { ...profile, defaultAction: "SCMP_ACT_KILL" }, "x86_64");
  const names = readdirSync(directory);
  assert.deepEqual([names.includes(abandoned), names.includes(atWork)], [false, true]);
});

test("cachedProgram takes a file that is ours", async (t) => {
  const { root } = await planted(t);
  assert.equal((await cachedProgram(root, profile, "x86_64")).flags, PLANTED_FLAGS);
});

test("cachedProgram has a file for each profile and architecture", async (t) => {
  const { root, directory } = await planted(t);
  const other = { ...profile, defaultErrnoRet: 38 };
  assert.deepEqual((await cachedProgram(root, other, "x86_64")).filter, seccompProgram(other, "x86_64").filter);
  assert.deepEqual((await cachedProgram(root, profile, "aarch64")).filter, seccompProgram(profile, "aarch64").filter);
  assert.equal(readdirSync(directory).length, 3);
});

const refused: Record<string, (place: { directory: string; file: string }) => void> = {
  "that belongs to somebody else": ({ file }) => chownSync(file, 65534, 65534),
  "that its group may write": ({ file }) => chmodSync(file, 0o620),
  "that everybody may write": ({ file }) => chmodSync(file, 0o602),
  "in somebody else's directory": ({ directory }) => chownSync(directory, 65534, 65534),
  "in a directory where everybody may write": ({ directory }) => chmodSync(directory, 0o1777),
  "that is a link": ({ directory, file }) => {
    renameSync(file, join(directory, "elsewhere"));
    symlinkSync("elsewhere", file);
  },
  "that is a directory": ({ file }) => {
    rmSync(file);
    mkdirSync(file);
  },
  "that is empty": ({ file }) => writeFileSync(file, ""),
  "that is cut short": ({ file }) => writeFileSync(file, readFileSync(file).subarray(0, -20)),
  "with one letter changed": ({ file }) => writeFileSync(file, readFileSync(file, "utf8").replace("4711", "4712")),
  "made from another profile": ({ file }) => rewrite(file, { key: "0".repeat(64) }),
  "larger than a filter can be": ({ file }) => rewrite(file, { filter: "A".repeat(64 * 1024) }),
  "that is no object": ({ file }) => writeFileSync(file, "null"),
};

for (const [what, change] of Object.entries(refused)) {
  const needsRoot = /somebody else/.test(what) && process.geteuid?.() !== 0;
  test(`cachedProgram takes no file ${what}`, { skip: needsRoot && "only root can give files away" }, async (t) => {
    const place = await planted(t);
    change(place);
    const { filter, flags } = await cachedProgram(place.root, profile, "x86_64");
    assert.deepEqual([[...filter], flags], [[...compiled.filter], compiled.flags]);
  });
}

test("cachedProgram keeps no more profiles than it says, and starts anew then", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "glassrun-seccomp-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const counts: number[] = [];
  for (let errno = 1; errno <= KEPT_MAX + 2; errno++) {
    await cachedProgram(root, { ...profile, defaultErrnoRet: errno }, "x86_64");
    counts.push(readdirSync(join(root, SECCOMP_CACHE)).length);
  }
  assert.deepEqual([Math.max(...counts), counts.at(-1)], [KEPT_MAX, 2]);
});

test("cachedProgram does without a place to keep it", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "glassrun-seccomp-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, SECCOMP_CACHE), "no directory");
  assert.equal((await cachedProgram(root, profile, "x86_64")).flags, compiled.flags);
});

test("cachedProgram passes the compiler's errors on, and keeps nothing of them", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "glassrun-seccomp-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  await assert.rejects(cachedProgram(root, { defaultAction: "SCMP_ACT_MAYBE" }, "x86_64"), /SCMP_ACT_MAYBE/);
  assert.deepEqual(readdirSync(root), []);
});
