import assert from "node:assert/strict";
import { test } from "node:test";
import type { LabState, LabStep } from "@glassbox/protocol";
import { readBlockWords } from "./run-block.ts";
import { newlyDone, stepToShow, viewFor } from "./step-progress.ts";

const step = (id: string, focus: LabStep["focus"] = []): LabStep => ({
  id,
  title: id,
  sections: [],
  focus,
  editable: [],
});
const state = (...done: boolean[]): LabState => ({
  lab: "one",
  version: 1,
  phase: "open",
  steps: done.map((each, index) => ({
    id: `s${index + 1}`,
    status: each ? "done" : "todo",
    checks: [],
    hints: [],
  })),
});

test("readBlockWords reads what stands after a code block's language", () => {
  assert.deepEqual(readBlockWords(undefined), { run: false, terminal: "main", caption: undefined });
  assert.deepEqual(readBlockWords("run terminal=watch"), { run: true, terminal: "watch", caption: undefined });
  assert.deepEqual(readBlockWords('caption="src/plan.ts"'), { run: false, terminal: "main", caption: "src/plan.ts" });
});

test("stepToShow is the first step not done, or the last", () => {
  const steps = [step("s1"), step("s2")];
  assert.equal(stepToShow(steps, undefined), "s1");
  assert.equal(stepToShow(steps, state(true, false)), "s2");
  assert.equal(stepToShow(steps, state(true, true)), "s2");
});

test("newlyDone names steps done between two states, and none when there was no state before", () => {
  assert.deepEqual(newlyDone(state(false, false), state(true, false)), ["s1"]);
  assert.deepEqual(newlyDone(state(true, false), state(true, false)), []);
  assert.deepEqual(newlyDone(undefined, state(true)), []);
});

test("viewFor chooses limits before processes and processes before mounts", () => {
  assert.equal(viewFor(step("a", ["process", "cgroup"])), "cgroups");
  assert.equal(viewFor(step("a", ["process", "cgroup", "container"])), "namespaces");
  assert.equal(viewFor(step("a", ["process", "namespace", "mount"])), "namespaces");
  assert.equal(viewFor(step("a", ["namespace", "mount"])), "mounts");
  assert.equal(viewFor(undefined), "namespaces");
});
