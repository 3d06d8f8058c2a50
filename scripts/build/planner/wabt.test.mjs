import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../../setup/paths.mjs";
import { knownVersions } from "./wabt.mjs";

test("knownVersions each name the same things, though a machine compiles with one of them only", () => {
  const named = knownVersions().map((version) => {
    const header = readFileSync(inRoot("packages/runtime/engine/wabt", version, "names.h"), "utf8");
    return [version, [...header.matchAll(/^#define (\w+)/gm)].map(([, name]) => name)];
  });
  assert.ok(named.length > 1);
  for (const [version, names] of named) assert.deepEqual([version, names], [version, named[0]?.[1]]);
});
