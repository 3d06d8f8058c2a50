import assert from "node:assert/strict";
import { test } from "node:test";
import { readProcFile } from "./proc-file.ts";

test("readProcFile reads on behind the first page, which is all that one read gives", () => {
  const maps = readProcFile("/proc/self/maps") ?? "";
  assert.ok(maps.length > 4096, `${maps.length} bytes of maps are no more than a page`);
  assert.match(maps, /\[stack\]\n/);
});

test("readProcFile is undefined for what is gone", () => {
  assert.equal(readProcFile("/proc/self/no-such-file"), undefined);
});
