import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { listTree, TREE_MAX_ENTRIES } from "./tree.ts";

test("listTree() has a directory before what is in it, and follows no link", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "tree-test-"));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, "b/c"), { recursive: true });
  writeFileSync(join(directory, "b/c/file"), "text");
  writeFileSync(join(directory, "a"), "");
  symlinkSync("/etc", join(directory, "z"));
  assert.deepEqual(
    listTree(directory).map(({ path, kind, target, size }) => [path, kind, target ?? (kind === "file" ? size : "")]),
    [
      ["a", "file", 0],
      ["b", "directory", ""],
      ["z", "symlink", "/etc"],
      ["b/c", "directory", ""],
      ["b/c/file", "file", 4],
    ],
  );
});

test("listTree() of nothing is empty, and of too much an error", (t) => {
  assert.deepEqual([listTree(undefined), listTree("/nonexistent")], [[], []]);
  const directory = mkdtempSync(join(tmpdir(), "tree-test-"));
  t.after(() => rmSync(directory, { recursive: true }));
  for (let index = 0; index <= TREE_MAX_ENTRIES; index++) symlinkSync("x", join(directory, `${index}`));
  assert.throws(() => listTree(directory), /more than 3000 files/);
});
