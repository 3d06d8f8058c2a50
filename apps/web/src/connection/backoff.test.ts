import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "./backoff.ts";

test("backoffMs doubles from a quarter of a second and stops growing at eight", () => {
  assert.deepEqual(
    [1, 2, 3, 6, 7, 50].map((failures) => backoffMs(failures, 0)),
    [250, 500, 1000, 8000, 8000, 8000],
  );
});

test("backoffMs leaves a part to chance, so that many pages do not come at once", () => {
  assert.equal(backoffMs(3, 1), 700);
});
