import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { hastenMove } from "./hasten-move.ts";
import type { Hierarchy } from "./layout.ts";

/** A tree in which this process is in `/own`. */
function tree(t: { after(work: () => void): void }, version: 1 | 2): Hierarchy & { procs: string } {
  const mountPoint = mkdtempSync(join(tmpdir(), "glassrun-hasten-"));
  t.after(() => rmSync(mountPoint, { recursive: true, force: true }));
  mkdirSync(join(mountPoint, "own"));
  const procs = join(mountPoint, "own/cgroup.procs");
  writeFileSync(procs, "");
  return { version, controllers: ["pids"], mountPoint, ownPath: "/own", procs };
}

test("hastenMove asks for a move of this process to the group it is in, in one tree of v1", async (t) => {
  const [unified, first, second] = [tree(t, 2), tree(t, 1), tree(t, 1)];
  hastenMove({ mode: "hybrid", hierarchies: [unified, first, second] });
  const deadline = Date.now() + 5000;
  while (readFileSync(first.procs, "utf8") === "" && Date.now() < deadline) await sleep(1);
  assert.deepEqual(
    [unified, first, second].map(({ procs }) => readFileSync(procs, "utf8")),
    ["", "0", ""],
  );
});

test("hastenMove does without where there is no tree of v1, or none it may write to", () => {
  hastenMove({ mode: "v2", hierarchies: [] });
  const hierarchies = [{ version: 1 as const, controllers: ["pids"], mountPoint: "/nowhere", ownPath: "/" }];
  hastenMove({ mode: "v1", hierarchies });
});
