/** Which step to show, and whether one has just been done. Pure questions about a lab's state. */
import type { LabState, LabStep, NodeId, StepState } from "@glassbox/protocol";
import type { PictureView } from "../graph/render/GraphPane.tsx";

/** The step a person should be at: the one being checked, the first not done, or the last when all are. */
export function stepToShow(steps: readonly LabStep[], state: LabState | undefined): string | undefined {
  const checked = steps.find((step) => stateOf(state, step.id)?.status === "current");
  const open = steps.find((step) => stateOf(state, step.id)?.status !== "done");
  return (checked ?? open ?? steps.at(-1))?.id;
}

export function stateOf(state: LabState | undefined, step: string): StepState | undefined {
  return state?.steps.find((each) => each.id === step);
}

/** What the step's checks look at in the kernel, as far as they have found it. */
export function nodesOf(state: StepState | undefined): NodeId[] {
  return (state?.checks ?? []).flatMap(({ node }) => node ?? []);
}

/** Ids of steps done in `after` and not yet in `before`. Nothing counts as new while `before` is not known. */
export function newlyDone(before: LabState | undefined, after: LabState | undefined): string[] {
  if (!before || !after || before.lab !== after.lab) return [];
  return after.steps
    .filter((step) => step.status === "done" && stateOf(before, step.id)?.status !== "done")
    .map((step) => step.id);
}

/** The picture's view that fits what a step is about: containers before limits, limits before processes, those before mounts. */
export function viewFor(step: LabStep | undefined): PictureView {
  const focus = step?.focus ?? [];
  if (focus.includes("container")) return "namespaces";
  if (focus.includes("cgroup")) return "cgroups";
  if (focus.includes("process")) return "namespaces";
  return focus.includes("mount") ? "mounts" : "namespaces";
}
