import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSignal } from "./kill.ts";

test("parseSignal takes numbers and names in any case, with SIG or without", () => {
  assert.deepEqual(["9", "KILL", "SIGKILL", "term", "0"].map(parseSignal), [9, 9, 9, 15, 0]);
});

test("parseSignal refuses what is no signal", () => {
  for (const word of ["0x9", "65", "-1", "FLY", "", "SIG_SETMASK"]) {
    assert.throws(() => parseSignal(word), /unknown signal/);
  }
});
