import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfined, writeConfined } from "./confined-files.ts";

const outside = realpathSync(mkdtempSync(join(tmpdir(), "confined-")));
after(() => rmSync(outside, { recursive: true }));
const work = join(outside, "work");
mkdirSync(join(work, "bundle"), { recursive: true });
writeFileSync(join(outside, "secret"), "secret");
writeFileSync(join(work, "bundle/config.json"), "{}");
symlinkSync(outside, join(work, "out"));
symlinkSync("../secret", join(work, "link"));
symlinkSync("bundle", join(work, "inside"));

test("writeConfined replaces a file whose revision is known, and no other", async () => {
  const before = await readConfined(work, "bundle/config.json");
  assert.equal(before.text, "{}");
  const saved = await writeConfined(work, { ...before, text: "{ }" });
  assert.equal(readFileSync(join(work, "bundle/config.json"), "utf8"), "{ }");
  assert.deepEqual(await readConfined(work, "bundle/config.json"), saved);
  await assert.rejects(writeConfined(work, { ...before, text: "late" }), { category: "failed precondition" });
});

test("writeConfined makes a new file when there is none", async () => {
  await writeConfined(work, { path: "new.txt", text: "x", revision: "" });
  assert.equal(readFileSync(join(work, "new.txt"), "utf8"), "x");
});

test("readConfined follows a link that stays inside", async () => {
  assert.equal((await readConfined(work, "inside/config.json")).path, "inside/config.json");
});

test("readConfined and writeConfined refuse every way out", async () => {
  const cases: Array<[string, string]> = [
    ["../secret", "invalid argument"],
    ["/etc/passwd", "invalid argument"],
    ["bundle/../../secret", "invalid argument"],
    ["out/secret", "invalid argument"],
    ["link", "invalid argument"],
    ["bundle", "invalid argument"],
    ["missing", "not found"],
    ["missing/file", "not found"],
  ];
  for (const [path, category] of cases) await assert.rejects(readConfined(work, path), { category }, path);
  for (const path of ["../new", "out/new", "link"]) {
    await assert.rejects(
      writeConfined(work, { path, text: "x", revision: "" }),
      { category: "invalid argument" },
      path,
    );
  }
  assert.equal(readFileSync(join(outside, "secret"), "utf8"), "secret");
});
