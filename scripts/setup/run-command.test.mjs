import assert from "node:assert/strict";
import { test } from "node:test";
import { tellingLines } from "./run-command.mjs";

const numbered = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

test("tellingLines shows the first error and what follows, and the end", () => {
  const text = [...numbered(1, 30), "npm error no such file", ...numbered(31, 60)].join("\n");
  assert.deepEqual(tellingLines(text).split("\n"), [
    "npm error no such file",
    ...numbered(31, 37),
    "...",
    ...numbered(49, 60),
  ]);
});

test("tellingLines shows the end when no line speaks of an error, and no line twice", () => {
  assert.deepEqual(tellingLines(numbered(1, 40).join("\n")).split("\n"), numbered(29, 40));
  assert.equal(tellingLines("a\nerror: b\nc\n"), "a\nerror: b\nc");
});
