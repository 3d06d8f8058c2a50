import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed, STATUSES } from "./operations.ts";

test("isAllowed() goes by the state, and by the flag that widens it", () => {
  const where = (verb: Parameters<typeof isAllowed>[0], flag?: boolean) =>
    STATUSES.filter((status) => isAllowed(verb, status, flag));
  assert.deepEqual(where("start"), ["created"]);
  assert.deepEqual(where("start", true), ["created"]);
  assert.deepEqual(where("exec"), ["created", "running"]);
  assert.deepEqual(where("exec", true), ["created", "running", "paused"]);
  assert.deepEqual(where("delete"), ["created", "stopped"]);
  assert.deepEqual(where("delete", true), [...STATUSES]);
});
