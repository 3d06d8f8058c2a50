import assert from "node:assert/strict";
import { test } from "node:test";
import { ReportReader } from "./report.ts";

/** Two records as sysrun wrote them: slot 2 holds -17, then call 5 of program 1 failed with ENOENT. */
const captured = Buffer.from(
  "040000000000000002000000000000" +
    "00efffffffffffffff" +
    "00000000000000000000000000000000" +
    "030000000100000005000000" +
    "02000000feffffffffffffff" +
    "e803000000000000d007000000000000",
  "hex",
);

test("ReportReader puts records together from whatever pieces arrive", () => {
  const expected = [
    { kind: "RESULT", program: 0, op: 2, error: 0, value: -17, startNs: 0n, endNs: 0n },
    { kind: "FAILED", program: 1, op: 5, error: 2, value: -2, startNs: 1000n, endNs: 2000n },
  ];
  for (const size of [1, 7, 40, 41, 80]) {
    const reader = new ReportReader();
    const records = [];
    for (let at = 0; at < captured.length; at += size) records.push(...reader.read(captured.subarray(at, at + size)));
    assert.deepEqual(records, expected, `in pieces of ${size}`);
  }
});
