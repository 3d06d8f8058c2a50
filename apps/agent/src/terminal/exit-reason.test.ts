import assert from "node:assert/strict";
import { test } from "node:test";
import { exitReason } from "./exit-reason.ts";

const cases: Array<[exitCode: number, signal: number, reason: string]> = [
  [0, 0, "ended with exit code 0"],
  [130, 0, "ended with exit code 130"],
  [0, 9, "killed by SIGKILL"],
  [0, 1, "killed by SIGHUP"],
  [0, 63, "killed by signal 63"],
];
for (const [exitCode, signal, reason] of cases) {
  test(`exitReason(${exitCode}, ${signal}) is "${reason}"`, () => assert.equal(exitReason(exitCode, signal), reason));
}
