import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOfField, pointerPath } from "./field-lines.ts";

const text = `{
  "hostname": "web",
  "linux": {
    "namespaces": [
      { "type": "pid" },
      {
        "type": "uts"
      }
    ],
    "a/b": { "0": true }
  }
}`;

test("linesOfField finds the lines of a value with its name", () => {
  assert.deepEqual(linesOfField(text, "/hostname"), { first: 1, last: 1 });
  assert.deepEqual(linesOfField(text, "/linux/namespaces"), { first: 3, last: 8 });
  assert.deepEqual(linesOfField(text, "/linux/namespaces/0"), { first: 4, last: 4 });
  assert.deepEqual(linesOfField(text, "/linux/namespaces/1"), { first: 5, last: 7 });
});

test("linesOfField reads escapes, and numbers that are names", () => {
  assert.deepEqual(pointerPath("/linux/a~1b/0"), ["linux", "a/b", 0]);
  assert.deepEqual(linesOfField(text, "/linux/a~1b/0"), { first: 9, last: 9 });
});

test("linesOfField gives the nearest written parent of a field that is not there", () => {
  assert.deepEqual(linesOfField(text, "/linux/resources/memory"), { first: 2, last: 10 });
  assert.equal(linesOfField(text, "/process/args"), undefined);
  assert.equal(linesOfField("", "/hostname"), undefined);
});
