import assert from "node:assert/strict";
import { test } from "node:test";
import { commonAncestor } from "./delegation.ts";

test("commonAncestor() is the longest path that both are, or are below", () => {
  const cases: Array<[string, string, string]> = [
    ["/", "/web", "/"],
    ["/user.slice/app/shell", "/user.slice/app/web", "/user.slice/app"],
    ["/app", "/app/web", "/app"],
    ["/app/web", "/app", "/app"],
    ["/app", "/apps", "/"],
  ];
  assert.deepEqual(
    cases.map(([a, b]) => commonAncestor(a, b)),
    cases.map(([, , expected]) => expected),
  );
});
