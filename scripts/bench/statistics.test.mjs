import assert from "node:assert/strict";
import { test } from "node:test";
import { ratios, summarise } from "./statistics.mjs";

test("summarise sorts by number and lies between the two nearest values", () => {
  assert.deepEqual(summarise([100, 8, 20, 0, 10]), { median: 10, p10: 3.2, p90: 68, count: 5 });
  assert.deepEqual(summarise([7]), { median: 7, p10: 7, p90: 7, count: 1 });
});

test("ratios divides pair by pair before it summarises", () => {
  assert.equal(ratios([1, 10, 3], [2, 10, 1]).median, 1);
});
