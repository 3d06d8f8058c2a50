import assert from "node:assert/strict";
import { test } from "node:test";
import { foregroundGroupOf, parseTerminalStat } from "./session-processes.ts";

test("parseTerminalStat reads a name with spaces and parentheses", () => {
  const line =
    "4711 (tmux: (x) y) S 4700 4711 4700 34817 4805 4194304 123 0 0 0 1 2 0 0 20 0 1 0 987654 1234 56 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
  assert.deepEqual(parseTerminalStat(line), {
    pid: 4711,
    state: "S",
    session: 4700,
    foregroundGroup: 4805,
    startTime: "987654",
  });
});

test("foregroundGroupOf is that of the shell's own terminal, not of the one it was started at", () => {
  const shell = { pid: 4711, state: "S", session: 4711, foregroundGroup: 4805, startTime: "987654" };
  assert.equal(foregroundGroupOf(shell), 4805);
  assert.equal(foregroundGroupOf({ ...shell, foregroundGroup: -1 }), undefined, "no terminal");
  assert.equal(foregroundGroupOf({ ...shell, session: 4700, foregroundGroup: 4700 }), undefined, "just forked");
});
