import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCmdline } from "./cmdline.ts";

const CASES: Array<[what: string, text: string, argv: string[]]> = [
  ["arguments", "sh\0-c\0sleep 1\0", ["sh", "-c", "sleep 1"]],
  ["empty arguments in the middle", "printf\0\0x\0", ["printf", "", "x"]],
  ["a title a program wrote over its arguments", "nginx: worker process\0\0\0\0", ["nginx: worker process"]],
  ["nothing, for a kernel thread", "", []],
];
for (const [what, text, argv] of CASES) {
  test(`parseCmdline reads ${what}`, () => assert.deepEqual(parseCmdline(text), argv));
}
