/**
 * The lessons as they are read: every command that the text offers to run is typed, section by section, in the order in
 * which it stands there. What `## Do` says must be enough to be done with the step, whatever the sections before and
 * after it (the ones that look, and the ones that break something) have left behind.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SolveAction } from "../../../apps/agent/src/labs/mod.ts";
import { until } from "../../../packages/runtime/test/root/until.ts";
import { cannotStage, type LabStage, labIds, stageForAllTests } from "./lab-stage.ts";

/** Each takes a good part of a second. */
const TRIES_MAX = 50;

const theStage = stageForAllTests();

for (const lab of labIds) {
  test(`Lab ${lab} can be done by running what its text says`, async (t) => {
    if (cannotStage) return t.skip(cannotStage);
    const stage = theStage();
    const detail = stage.labs.detail(lab);
    if (detail.whyNotRunnable !== undefined) return t.skip(detail.whyNotRunnable);
    await stage.labs.open(lab);
    try {
      for (const step of detail.steps) {
        for (const { kind, markdown } of step.sections) {
          await performPatiently(stage, lab, runnable(markdown));
          if (kind === "do") await stage.untilDone(lab, step.id);
        }
      }
      assert.ok(stage.labs.state(lab).steps.every(({ status }) => status === "done"));
    } finally {
      await stage.labs.reset(lab);
      await stage.closeTerminals();
    }
  });
}

/**
 * Tries again what came too early after a kill: a cgroup is busy for a moment, as the text says, and a container not
 * stopped, as its state says.
 */
async function performPatiently(stage: LabStage, lab: string, actions: SolveAction[]): Promise<void> {
  let terminal = "main";
  const isTooEarly = () => /Device or resource busy|that is not stopped/.test(stage.screenText(terminal));
  for (const action of actions) {
    if (action.kind === "terminal") terminal = action.name;
    await stage.perform(lab, [action]);
    if (action.kind !== "type" || !/^(rmdir|glassrun delete) /.test(action.line)) continue;
    const hasEnded = () => until(`"${action.line}" to end`, () => stage.hasPrompt(terminal));
    await hasEnded();
    for (let tries = 0; tries < TRIES_MAX && isTooEarly(); tries++) {
      await stage.perform(lab, [action]);
      await hasEnded();
    }
  }
}

/** The lines of all `sh run` blocks, each for its terminal. */
function runnable(markdown: string): SolveAction[] {
  return [...markdown.matchAll(/^```sh run(?: terminal=(\w+))?\n([\s\S]*?)\n```$/gm)].flatMap(
    ([, name, lines = ""]) => [
      { kind: "terminal" as const, name: name ?? "main" },
      ...lines.split("\n").map((line) => ({ kind: "type" as const, line })),
    ],
  );
}
