import assert from "node:assert/strict";
import { test } from "node:test";
import { keyBytes, parseSolveScript } from "./solve-script.ts";

test("parseSolveScript reads lines, directives and comments", () => {
  const text = "# Why.\ncd x\n\n# terminal: watch\nsleep 5\n# wait: done now\n# key: C-c\n# undo\n  exit\n";
  assert.deepEqual(parseSolveScript(text), [
    { kind: "type", line: "cd x" },
    { kind: "terminal", name: "watch" },
    { kind: "type", line: "sleep 5" },
    { kind: "wait", text: "done now" },
    { kind: "key", key: "C-c" },
    { kind: "undo" },
    { kind: "type", line: "exit" },
  ]);
});

test("keyBytes knows control keys and refuses others", () => {
  assert.equal(keyBytes("C-c"), "\x03");
  assert.equal(keyBytes("Enter"), "\r");
  assert.throws(() => keyBytes("F1"));
});
