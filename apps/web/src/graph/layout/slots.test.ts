import assert from "node:assert/strict";
import { test } from "node:test";
import { assignSlots } from "./slots.ts";

test("assignSlots keeps everybody's place when one comes or goes", () => {
  assert.deepEqual(assignSlots([], ["a", "b", "c"]), ["a", "b", "c"]);
  assert.deepEqual(assignSlots(["a", "b", "c"], ["a", "c"]), ["a", null, "c"]);
  assert.deepEqual(assignSlots(["a", null, "c"], ["a", "c", "d"]), ["a", "d", "c"]);
  assert.deepEqual(assignSlots(["a", "b"], ["a", "b", "c"]), ["a", "b", "c"]);
});

test("assignSlots drops free places at the end", () => {
  assert.deepEqual(assignSlots(["a", "b", "c"], ["a"]), ["a"]);
  assert.deepEqual(assignSlots(["a"], []), []);
});

test("assignSlots lets a ghost keep its place until somebody needs it", () => {
  assert.deepEqual(assignSlots(["ls", "b"], ["b"], ["ls"]), ["ls", "b"]);
  assert.deepEqual(assignSlots(["ls", "b"], ["b", "cat"], ["ls"]), ["cat", "b"]);
});
