import assert from "node:assert/strict";
import { test } from "node:test";
import { GlassboxError } from "@glassbox/runtime/base";
import { HttpProblem, problemOf } from "./problem.ts";

const cases: Array<[thrown: unknown, status: number, problem: object]> = [
  [new GlassboxError("not found", 'Cannot find lab "x"'), 404, { message: 'Cannot find lab "x"' }],
  [
    new GlassboxError("failed precondition", "it changed", { hint: "read it again" }),
    409,
    { message: "it changed", hint: "read it again" },
  ],
  [new HttpProblem(413, "too long"), 413, { message: "too long" }],
  [
    new TypeError("cannot read /root/.ssh"),
    500,
    { message: "Something inside Glassbox failed", hint: "What happened is in the agent's log" },
  ],
];
for (const [thrown, status, problem] of cases) {
  test(`problemOf(${thrown}) answers ${status}`, () => assert.deepEqual(problemOf(thrown), { status, problem }));
}
