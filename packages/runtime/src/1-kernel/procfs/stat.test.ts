import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStat, readStat } from "./stat.ts";

test("parseStat reads a line captured from a shell", () => {
  const text =
    "31100 (bash) S 31099 31100 31100 0 -1 4194560 3999 78989 2 81 1 5 98 70 20 0 1 0 101194 5451776 991 18446744073709551615 94604079452160 94604080241565 140736958890880 0 0 0 65536 4 1132560123 1 0 0 17 0 0 0 0 0 0 94604080474864 94604080523108 94605038243840 140736958897020 140736958897035 140736958897035 140736958898154 0\n";
  assert.deepEqual(parseStat(text), {
    pid: 31100,
    comm: "bash",
    state: "S",
    parentPid: 31099,
    processGroup: 31100,
    session: 31100,
    terminal: 0,
    cpuTicks: 6,
    threadCount: 1,
    startTimeTicks: 101194,
    rssPages: 991,
  });
});

test("parseStat takes the name up to the last parenthesis", () => {
  const stat = parseStat("7 (a) R 1 (b)) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 55 0 0 0");
  assert.deepEqual([stat?.comm, stat?.state, stat?.startTimeTicks], ["a) R 1 (b)", "Z", 55]);
});

test("readStat is undefined for a process that does not exist", () => {
  assert.equal(readStat(2 ** 22 + 1), undefined);
  assert.equal(readStat("self")?.pid, process.pid);
});
