/**
 * The lessons as they are read: every command that the text offers to run is typed, section by section, in the order in
 * which it stands there. What `## Do` says must be enough to be done with the step, whatever the sections before and
 * after it (the ones that look, and the ones that break something) have left behind.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SolveAction } from "../../../apps/agent/src/labs/mod.ts";
import { cannotStage, labIds, stageForAllTests } from "./lab-stage.ts";

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
          await stage.perform(lab, runnable(markdown));
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

/** The lines of all `sh run` blocks, each for its terminal. */
function runnable(markdown: string): SolveAction[] {
  return [...markdown.matchAll(/^```sh run(?: terminal=(\w+))?\n([\s\S]*?)\n```$/gm)].flatMap(
    ([, name, lines = ""]) => [
      { kind: "terminal" as const, name: name ?? "main" },
      ...lines.split("\n").map((line) => ({ kind: "type" as const, line })),
    ],
  );
}
