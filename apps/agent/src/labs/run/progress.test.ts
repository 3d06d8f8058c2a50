import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Progress } from "./progress.ts";

const dir = mkdtempSync(join(tmpdir(), "progress-"));
after(() => rmSync(dir, { recursive: true }));

test("Progress is there again after a restart, and gone when forgotten", () => {
  const file = join(dir, "deep/progress.json");
  new Progress(file).set("001-a", { values: { name: "x" }, done: ["01-b"] });
  assert.deepEqual(new Progress(file).get("001-a"), { values: { name: "x" }, done: ["01-b"] });
  new Progress(file).forget("001-a");
  assert.equal(new Progress(file).get("001-a"), undefined);
});

test("Progress begins anew when the file makes no sense", () => {
  const file = join(dir, "broken.json");
  writeFileSync(file, '{"version":1,"labs":{"001-a":{"do');
  assert.equal(new Progress(file).get("001-a"), undefined);
});
