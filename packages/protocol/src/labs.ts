/**
 * Labs as the browser sees them: the catalogue, one lab's lesson text, and the live result of every check.
 * The files behind them (`labs/NNN-name/`) are read and checked by the agent's `labs/`.
 */
import { z } from "zod";
import { NodeId } from "./graph.ts";

/** `runnable: false` carries the sentence that says why this machine cannot run the lab and what would. */
export const LabSummary = z.object({
  id: z.string(),
  /** Position in its track, from 1. */
  number: z.number().int(),
  track: z.string(),
  title: z.string(),
  /** One plain sentence: the kernel fact this lab shows. */
  summary: z.string(),
  /** How long a newcomer takes, reckoned from the text. */
  minutes: z.number().int(),
  stepCount: z.number().int(),
  stepsDone: z.number().int(),
  runnable: z.boolean(),
  whyNotRunnable: z.string().optional(),
});
export type LabSummary = z.infer<typeof LabSummary>;

/** A question asked before anything is typed; answering wrongly costs nothing. */
export const Prediction = z.object({
  question: z.string(),
  choices: z.array(z.string()).min(2).max(5),
  /** Index into `choices`. */
  answer: z.number().int(),
  because: z.string(),
});
export type Prediction = z.infer<typeof Prediction>;

/** The five movements of a step, in this order; `markdown` has per-learner values and quoted code already filled in. */
export const StepSection = z.object({
  kind: z.enum(["predict", "do", "see", "explain", "break"]),
  markdown: z.string(),
});
export type StepSection = z.infer<typeof StepSection>;

export const LabStep = z.object({
  id: z.string(),
  title: z.string(),
  sections: z.array(StepSection),
  prediction: Prediction.optional(),
  /** Graph filter the page applies while this step is open, e.g. the namespace kinds to show. */
  focus: z.array(z.enum(["process", "namespace", "cgroup", "mount", "container"])),
  /** Files of the lab's working directory this step invites the learner to edit, relative to it. */
  editable: z.array(z.string()),
});
export type LabStep = z.infer<typeof LabStep>;

export const LabDetail = LabSummary.extend({
  /** Absolute path terminals start in and the editor is confined to. */
  workDir: z.string(),
  /** Per-learner random values, by name, as already filled into the text. */
  values: z.record(z.string(), z.string()),
  steps: z.array(LabStep),
});
export type LabDetail = z.infer<typeof LabDetail>;

/** One predicate over kernel objects, evaluated just now. */
export const CheckResult = z.object({
  /** What must hold, in one sentence. */
  title: z.string(),
  ok: z.boolean(),
  /** What the check wanted and what the kernel showed, both in words with quoted values. */
  expected: z.string(),
  actual: z.string(),
  /** The graph node it looked at, so that the page can point at it. */
  node: NodeId.optional(),
});
export type CheckResult = z.infer<typeof CheckResult>;

export const StepState = z.object({
  id: z.string(),
  /** `done` stays done until the step or the lab is reset, even when the object is gone again. */
  status: z.enum(["todo", "current", "done"]),
  checks: z.array(CheckResult),
  /** Hints that fit what the kernel shows now, most useful first; the page reveals them one by one. */
  hints: z.array(z.string()),
});
export type StepState = z.infer<typeof StepState>;

export const LabState = z.object({
  lab: z.string(),
  /** Rises with each state sent; a lower one than seen before is old news. */
  version: z.number().int(),
  phase: z.enum(["closed", "opening", "open", "resetting", "failed"]),
  /** Set when `phase` is `failed`, or while something long runs. */
  message: z.string().optional(),
  steps: z.array(StepState),
});
export type LabState = z.infer<typeof LabState>;
