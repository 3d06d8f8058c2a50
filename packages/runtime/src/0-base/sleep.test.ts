import assert from "node:assert/strict";
import { test } from "node:test";
import { sleep } from "./sleep.ts";

test("sleep resolves in order of time and rejects as soon as its signal aborts", async () => {
  const stop = new AbortController();
  const long = sleep(60_000, stop.signal).then(() => "long");
  assert.equal(await Promise.race([long, sleep(1).then(() => "short")]), "short");

  stop.abort(new Error("enough"));
  await assert.rejects(long, /enough/);
  await assert.rejects(sleep(1, stop.signal), /enough/);
});
