/**
 * The shape of a lab's files: `lab.yaml`, `check.yaml` and the front matter of `step.md`, one zod schema each with a
 * word on every field. labs/README.md shows them in use; the language of conditions is `check/condition.ts`.
 */
import { z } from "zod";

/** What a lab may need of the machine; `run/abilities.ts` knows how to find out. */
export const LabRequirement = z.enum([
  "root",
  "memory cgroup",
  "pids cgroup",
  "cpu cgroup",
  "freezer cgroup",
  "overlay",
  "glassrun",
]);
export type LabRequirement = z.infer<typeof LabRequirement>;

/** How one of a learner's own random values is drawn. */
export const ValueSpec = z.union([
  z.strictObject({
    pick: z
      .array(z.union([z.string(), z.number()]))
      .min(2)
      .describe("One of these"),
  }),
  z.strictObject({
    from: z.number().int().describe("Smallest number"),
    to: z.number().int().describe("Largest number"),
  }),
  z.strictObject({ words: z.literal(1).or(z.literal(2)).describe("A word, or two joined by a hyphen") }),
]);
export type ValueSpec = z.infer<typeof ValueSpec>;

export const LabFile = z.strictObject({
  title: z.string().min(1).describe("Shown in the catalogue"),
  track: z.string().min(1).describe("Labs of one track are done in order"),
  summary: z.string().min(1).describe("One plain sentence: the kernel fact this lab shows"),
  requires: z.array(LabRequirement).default(["root"]).describe("What the machine must be able to do"),
  rootfs: z.string().optional().describe("Where in the working directory busybox's root file system is copied"),
  values: z
    .record(z.string().regex(/^[a-z][a-zA-Z]*$/, "A value's name is letters, beginning with a small one"), ValueSpec)
    .default({})
    .describe("Random values drawn per learner, used as {{name}} in all of the lab's files"),
  guards: z
    .array(z.enum(["pivot_root"]))
    .default([])
    .describe("Calls that are kept from hitting the machine itself when typed in the wrong shell"),
  restores: z
    .array(z.enum(["hostname", "shared memory"]))
    .default([])
    .describe("State of the whole machine that a slip in this lab may change and reset puts back"),
});
export type LabFile = z.infer<typeof LabFile>;

export const StepFrontMatter = z.strictObject({
  title: z.string().min(1),
  focus: z
    .array(z.enum(["process", "namespace", "cgroup", "mount", "container"]))
    .min(1)
    .describe("What the graph shows while this step is open"),
  editable: z.array(z.string()).default([]).describe("Files the learner is invited to edit"),
  prediction: z
    .strictObject({
      question: z.string().min(1),
      choices: z.array(z.string()).min(2).max(5),
      answer: z.number().int().min(0).describe("Index into choices, from 0"),
      because: z.string().min(1),
    })
    .refine((prediction) => prediction.answer < prediction.choices.length, {
      message: "answer is not the index of a choice",
      path: ["answer"],
    }),
});
export type StepFrontMatter = z.infer<typeof StepFrontMatter>;

/** A condition in the language of `check/condition.ts`, or several of which one must hold. */
const Where = z.array(z.union([z.string(), z.strictObject({ any: z.array(z.string()).min(2) })])).min(1);

const subject = {
  let: z.string().optional().describe('Find one: "process P" binds P for what follows'),
  none: z.string().optional().describe('There must be none: "mount"'),
  file: z.string().optional().describe("A file, from the working directory or absolute"),
  seenBy: z.string().optional().describe("Read the file as this bound process sees it"),
  where: Where.describe("What must hold, all of it"),
  cgroup: z.enum(["v1", "v2"]).optional().describe("Only on machines with this version"),
};

const oneSubject = (check: { let?: string | undefined; none?: string | undefined; file?: string | undefined }) =>
  [check.let, check.none, check.file].filter((given) => given !== undefined).length <= 1;
const oneSubjectMessage = { message: 'Give one of "let", "none" and "file"' };

export const Query = z.strictObject(subject).refine(oneSubject, oneSubjectMessage);
export type Query = z.infer<typeof Query>;

export const Check = z
  .strictObject({
    title: z.string().min(1).describe("What must hold, one sentence"),
    once: z.boolean().default(false).describe("Seen once is enough: the object may be gone later"),
    ...subject,
  })
  .refine(oneSubject, oneSubjectMessage);
export type Check = z.infer<typeof Check>;

export const CheckFile = z.strictObject({
  checks: z.array(Check).min(1),
  hints: z
    .array(
      z.strictObject({
        say: z.string().min(1).describe("Shown when `when` holds; {P.root} is replaced by what the kernel shows"),
        when: z.array(Query).default([]).describe("Without it the hint always fits"),
      }),
    )
    .default([])
    .describe("Most useful first"),
});
export type CheckFile = z.infer<typeof CheckFile>;
