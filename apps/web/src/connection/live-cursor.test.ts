import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveEvent } from "@glassbox/protocol";
import { followRequest, judge } from "./live-cursor.ts";

const changes = (fromSequence: number, sequence: number, epoch = "e"): LiveEvent => ({
  type: "graph-changes",
  epoch,
  fromSequence,
  sequence,
  noticedAtMs: 0,
  changes: [],
});
const cursor = { epoch: "e", sequence: 10 };

test("followRequest resumes from the cursor, or begins anew without one", () => {
  assert.deepEqual(followRequest(cursor), { type: "follow", epoch: "e", sequence: 10 });
  assert.deepEqual(followRequest(undefined), { type: "follow" });
});

test("judge takes a snapshot whatever was before", () => {
  const snapshot: LiveEvent = { type: "graph-snapshot", epoch: "f", sequence: 3, nodes: [] };
  assert.deepEqual(judge(cursor, snapshot), { act: "apply", cursor: { epoch: "f", sequence: 3 } });
});

test("judge applies what follows or overlaps, ignores what is old, and asks again over a gap", () => {
  const applied = { act: "apply", cursor: { epoch: "e", sequence: 12 } };
  assert.deepEqual(judge(cursor, changes(10, 12)), applied);
  assert.deepEqual(judge(cursor, changes(8, 12)), applied);
  assert.deepEqual(judge(cursor, changes(8, 10)), { act: "ignore" });
  assert.deepEqual(judge(cursor, changes(11, 12)), { act: "ask-again" });
});

test("judge asks again when the agent is another one, or nothing is known yet", () => {
  assert.deepEqual(judge(cursor, changes(10, 12, "f")), { act: "ask-again" });
  assert.deepEqual(judge(undefined, changes(0, 1)), { act: "ask-again" });
});
