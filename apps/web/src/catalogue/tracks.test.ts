import assert from "node:assert/strict";
import { test } from "node:test";
import type { LabSummary } from "@glassbox/protocol";
import { labAfter, nextLab, timeLeft } from "./tracks.ts";

const lab = (minutes: number, stepsDone = 0): LabSummary => ({
  id: "001-x",
  number: 1,
  track: "A track",
  title: "A lab",
  summary: "It is one.",
  minutes,
  stepCount: 5,
  stepsDone,
  runnable: true,
});

const said: Array<[labs: LabSummary[], words: string]> = [
  [[lab(100), lab(43)], "about 2 h 30 min in all"],
  [[lab(100, 5), lab(60)], "about 1 h to go"],
  [[lab(10, 4)], "about 15 min to go"],
];
for (const [labs, words] of said) {
  test(`timeLeft says "${words}"`, () => assert.equal(timeLeft(labs), words));
}

test("labAfter is the next of the track or the first of the next track, and none that cannot run here", () => {
  const short = { ...lab(10), id: "000-w", track: "Short" };
  const first = lab(10);
  const second = { ...lab(10), id: "002-y", number: 2 };
  const all = [short, first, second];
  assert.deepEqual(
    all.map((one) => labAfter(all, one)?.id),
    ["001-x", "002-y", undefined],
  );
  assert.equal(labAfter([first, { ...second, runnable: false }], first), undefined);
});

test("nextLab is the one begun, else the first that is not done", () => {
  const done = { ...lab(10, 5), id: "000-w", track: "Short" };
  const fresh = lab(10);
  const begun = { ...lab(10, 2), id: "002-y", number: 2 };
  assert.equal(nextLab([done, fresh])?.id, "001-x");
  assert.equal(nextLab([done, fresh, begun])?.id, "002-y");
  assert.equal(nextLab([done]), undefined);
});
