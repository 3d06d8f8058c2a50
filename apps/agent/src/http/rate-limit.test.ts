import assert from "node:assert/strict";
import { test } from "node:test";
import { RateBucket, RateLimiter } from "./rate-limit.ts";

const takes = (bucket: { take(): boolean }, times: number) => Array.from({ length: times }, () => bucket.take());

test("RateBucket.take allows the burst, then what the rate refills", () => {
  let nowMs = 0;
  const bucket = new RateBucket({ burst: 3, perSecond: 2 }, () => nowMs);
  assert.deepEqual(takes(bucket, 4), [true, true, true, false]);
  nowMs = 500;
  assert.deepEqual(takes(bucket, 2), [true, false]);
  nowMs = 60_000;
  assert.equal(bucket.full, true);
  assert.deepEqual(takes(bucket, 4), [true, true, true, false]);
});

test("RateLimiter.take counts each source by itself", () => {
  const limiter = new RateLimiter({ burst: 1, perSecond: 1 }, () => 0);
  assert.deepEqual([limiter.take("a"), limiter.take("a"), limiter.take("b")], [true, false, true]);
});
