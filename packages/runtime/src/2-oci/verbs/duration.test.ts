import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "./duration.ts";

test("parseDuration reads what Go's time.ParseDuration reads, in milliseconds", () => {
  const cases: Array<[string, number]> = [
    ["5s", 5000],
    ["250ms", 250],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["500us", 0.5],
    ["0", 0],
    ["-1s", -1000],
    ["+2s", 2000],
  ];
  for (const [word, ms] of cases) assert.equal(parseDuration(word, "--interval"), ms, word);
});

test("parseDuration refuses what is no duration, naming the flag", () => {
  for (const word of ["", "5", "s", "soon", "1s!", "1 s", "--1s"]) {
    assert.throws(() => parseDuration(word, "--interval"), /Cannot use ".*" for --interval/, word);
  }
});
