import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurn } from "./share-process.mjs";

test("inTurn deals all files out, each once", () => {
  assert.deepEqual(inTurn(["a", "b", "c", "d", "e"], 2), [
    ["a", "c", "e"],
    ["b", "d"],
  ]);
});

test("inTurn leaves no share empty", () => {
  assert.deepEqual(inTurn(["a"], 4), [["a"]]);
  assert.deepEqual(inTurn([], 4), []);
});
