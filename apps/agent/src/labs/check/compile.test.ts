import assert from "node:assert/strict";
import { test } from "node:test";
import { Check } from "../content/lab-schema.ts";
import { compileCheck, freshNames } from "./compile.ts";

function mistakes(check: Record<string, unknown>): string[] {
  const found: string[] = [];
  compileCheck(Check.parse({ title: "T", ...check }), freshNames(), (path, message) =>
    found.push(`${path.join(".")}: ${message}`),
  );
  return found;
}

test("compileCheck finds nothing wrong with what is right", () => {
  assert.deepEqual(mistakes({ let: "process P", where: ["mine", "P.ns.uts.hostname = host.ns.uts.hostname"] }), []);
});

test("compileCheck reports each mistake with its place", () => {
  const cases: Array<[Record<string, unknown>, RegExp]> = [
    [{ let: "process", where: ["mine"] }, /^let: Cannot read "process"/],
    [{ let: "proces P", where: ["mine"] }, /^let: Cannot read "proces P"/],
    [{ none: "thing", where: ["mine"] }, /^none: Unknown kind "thing"/],
    [{ let: "process P", where: ["mine", "colour = 3"] }, /^where\.1: Unknown field "colour" of a process/],
    [{ let: "process P", where: ["Q.pid = 3"] }, /^where\.0: "Q" is not bound before this/],
    [{ let: "process P", where: ["pid.x = 3"] }, /^where\.0: "pid\.x" goes on after a plain value/],
    [{ where: ["pid = 3"] }, /^where\.0: "pid" does not say whose it is/],
    [{ file: "x", seenBy: "P", where: ["exists"] }, /^seenBy: "P" is not a process/],
    [{ none: "mount", once: true, where: ["mine"] }, /^once: Only a check with "let"/],
  ];
  for (const [check, expected] of cases) assert.match(mistakes(check)[0] ?? "nothing found", expected);
});
