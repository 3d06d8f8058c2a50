import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.ts";

/** Turns that write down the pids they were given. */
function someTurns(fail = false) {
  const read: number[][] = [];
  const failures: unknown[] = [];
  const stop = new AbortController();
  const turns = new Turns({
    take: async ({ pids }) => {
      read.push([...pids]);
      if (fail) throw new Error("cannot read");
    },
    stop: stop.signal,
    onFailure: (cause) => failures.push(cause),
  });
  return { turns, stop, read, failures };
}

test("Turns.taken has read all that was pending, in one turn", async () => {
  const { turns, read } = someTurns();
  turns.pending().pids.add(1);
  turns.pending().pids.add(2);
  await turns.taken();
  turns.pending().pids.add(3);
  await turns.taken();
  assert.deepEqual(read, [[1, 2], [3]]);
});

test("Turns goes on after a turn that failed", async () => {
  const { turns, read, failures } = someTurns(true);
  await turns.taken();
  await turns.taken();
  assert.deepEqual([read.length, failures.length], [2, 2]);
});

test("Turns.taken says who gave up: the caller, or the observer", async () => {
  const { turns, stop, read } = someTurns();
  await assert.rejects(turns.taken(AbortSignal.abort()), { category: "cancelled" });
  await turns.over();
  stop.abort();
  await assert.rejects(turns.taken(), { category: "unavailable" });
  await turns.over();
  assert.equal(read.length, 1);
});
