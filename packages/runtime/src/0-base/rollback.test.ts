import assert from "node:assert/strict";
import { test } from "node:test";
import { Rollback } from "./rollback.ts";

test("Rollback undoes newest first and goes on after a failure, which it returns", async () => {
  const undone: string[] = [];
  const rollback = new Rollback();
  rollback.add("directory", () => void undone.push("directory"));
  rollback.add("mount", () => {
    throw new Error("busy");
  });
  rollback.add("process", async () => void undone.push("process"));

  const failures = await rollback.undo();

  assert.deepEqual(undone, ["process", "directory"]);
  assert.deepEqual(
    failures.map((failure) => failure.message),
    ["Cannot undo mount"],
  );
  assert.deepEqual(await rollback.undo(), [], "a second undo has nothing left to do");
});

test("Rollback.keep forgets what was made", async () => {
  const undone: string[] = [];
  const rollback = new Rollback();
  rollback.add("mount", () => void undone.push("mount"));
  rollback.keep();
  await rollback.undo();
  assert.deepEqual(undone, []);
});
