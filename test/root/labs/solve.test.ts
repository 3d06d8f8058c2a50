/**
 * Every lab, solved: each step's check fails before the step, fails after every likely wrong way, passes after the
 * solution typed into a real terminal; and when the lab is reset, nothing of it is left on the machine.
 * One lab only: LAB=003 node --import tsx --test test/root/labs/solve.test.ts
 */
import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { readCgroupLayout } from "@glassbox/runtime/kernel";
import { buildLabOrThrow, readLabSources, type Step } from "../../../apps/agent/src/labs/content/load.ts";
import { parseSolveScript } from "../../../apps/agent/src/labs/mod.ts";
import { lessonVersion } from "../../../apps/agent/src/labs/run/lab-cgroups.ts";
import { leaksSince, takeInventory } from "../../inventory/inventory.ts";
import { cannotStage, type LabStage, labIds, root, stageForAllTests } from "./lab-stage.ts";

const theStage = stageForAllTests();

for (const lab of labIds) {
  test(`Lab ${lab} fails before, fails when done wrong, passes when solved, and leaves nothing`, async (t) => {
    if (cannotStage) return t.skip(cannotStage);
    const stage = theStage();
    const summary = stage.labs.catalogue().find(({ id }) => id === lab);
    if (summary?.whyNotRunnable !== undefined) return t.skip(summary.whyNotRunnable);

    const scope = { ...stage.scope, directories: [stage.labs.detail(lab).workDir] };
    const inventory = takeInventory(scope);
    await stage.labs.open(lab);
    try {
      let broken = false;
      for (const step of stepsWithValues(stage, lab)) {
        // A later step stands on the ones before it: after one failure the rest would only repeat it.
        if (broken) return;
        broken = !(await t
          .test(step.id, async (step_) => solveStep(stage, lab, step, step_))
          .then(() => stage.step(lab, step.id).status === "done"));
      }
    } finally {
      await stage.labs.reset(lab);
      await stage.closeTerminals();
    }
    assert.deepEqual(await leaksSince(inventory, scope), []);
  });
}

async function solveStep(stage: LabStage, lab: string, step: Step, t: TestContext): Promise<void> {
  const before = await stage.settledStep(lab, step.id);
  assert.equal(before.status, "current", `before the step:\n${JSON.stringify(before.checks, null, 2)}`);
  for (const { name, script } of step.wrong) {
    const undo = await stage.perform(lab, parseSolveScript(script));
    const { status, checks, hints } = await stage.hintedStep(lab, step.id);
    assert.equal(status, "current", `${name} must not pass:\n${JSON.stringify(checks, null, 2)}`);
    assert.notDeepEqual(hints, [], `${name} is answered by a hint`);
    t.diagnostic(`${name}: ${checks.find(({ ok }) => !ok)?.actual}; hint: ${hints[0]}`);
    await stage.perform(lab, undo);
  }
  await stage.perform(lab, parseSolveScript(stage.labs.solution(lab, step.id).commands.join("\n")));
  await stage.untilDone(lab, step.id);
}

/** The steps as this learner and this machine have them. */
function stepsWithValues(stage: LabStage, lab: string): Step[] {
  const source = readLabSources(path.join(root, "labs")).sources.find(({ id }) => id === lab);
  if (!source) throw new Error(`There is no lab "${lab}"`);
  const { values, workDir } = stage.labs.detail(lab);
  return buildLabOrThrow(source, { values, workDir, cgroup: lessonVersion(readCgroupLayout()), repository: root })
    .steps;
}
