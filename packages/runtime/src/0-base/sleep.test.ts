import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "./sleep.ts";

test("sleep resolves in order of time and rejects as soon as its signal aborts", async () => {
  const order: string[] = [];
  await Promise.all([sleep(20).then(() => order.push("long")), sleep(1).then(() => order.push("short"))]);
  assert.deepEqual(order, ["short", "long"]);

  const stop = new AbortController();
  const waiting = sleep(60_000, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(sleep(1, stop.signal), /enough/);
});
