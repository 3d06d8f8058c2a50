/**
 * Labs from disk to what the rest works with. Reading the files (`readLabSources`) is apart from making sense of them
 * for one learner and one machine (`buildLab`), because the same source is built again after each reset, with new
 * values. The linter builds every lab for both cgroup versions.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { StepSection } from "@glassbox/protocol";
import { GlassboxError } from "@glassbox/runtime/base";
import { type CompiledCheck, type CompiledQuery, compileCheck, compileQuery, freshNames } from "../check/compile.ts";
import { parseSolveScript } from "../solve-script.ts";
import { CheckFile, LabFile, type StepFrontMatter } from "./lab-schema.ts";
import { type CgroupVersion, readLesson } from "./lesson.ts";
import { formatProblem, type SourceProblem } from "./source-problem.ts";
import { fillValues } from "./values.ts";
import { readYaml } from "./yaml-source.ts";

export interface LabSource {
  /** Folder name: `002-chroot`. */
  id: string;
  dir: string;
  lab: LabFile;
  steps: StepSource[];
}

interface StepSource {
  id: string;
  dir: string;
}

export interface Step {
  id: string;
  front: StepFrontMatter;
  sections: StepSection[];
  checks: CompiledCheck[];
  hints: Array<{ say: string; when: CompiledQuery[] }>;
  /** Text in the form of `solve-script.ts`. */
  solve: string;
  /** Likely mistakes, by file name. */
  wrong: Array<{ name: string; script: string }>;
  /** Text files this step begins with, by path in the working directory. */
  files: Array<{ path: string; text: string }>;
}

export interface Lab {
  id: string;
  file: LabFile;
  steps: Step[];
}

export interface BuildContext {
  values: Record<string, string>;
  cgroup: CgroupVersion;
  workDir: string;
  /** Where code quotes are read from. */
  repository: string;
}

/** Every `NNN-name` folder of `labsDir` in order, with what is wrong with the `lab.yaml`s. */
export function readLabSources(labsDir: string): { sources: LabSource[]; problems: SourceProblem[] } {
  const sources: LabSource[] = [];
  const problems: SourceProblem[] = [];
  for (const id of foldersOf(labsDir).filter((name) => /^\d{3}-/.test(name))) {
    const dir = join(labsDir, id);
    const file = join(dir, "lab.yaml");
    if (!existsSync(file)) {
      problems.push({ file, line: 1, message: "This lab has no lab.yaml" });
      continue;
    }
    const read = readYaml(file, readFileSync(file, "utf8"), LabFile);
    problems.push(...read.problems);
    const steps = foldersOf(dir).map((step) => ({ id: step, dir: join(dir, step) }));
    for (const step of steps) {
      if (!/^\d{2}-[a-z0-9-]+$/.test(step.id)) {
        problems.push({ file: step.dir, line: 1, message: "A step's folder is called NN-name" });
      }
    }
    if (steps.length < 3 || steps.length > 8) {
      problems.push({ file, line: 1, message: `A lab has 3 to 8 steps, this one ${steps.length}` });
    }
    if (read.value) sources.push({ id, dir, lab: read.value, steps });
  }
  return { sources, problems };
}

export function buildLab(source: LabSource, context: BuildContext): { lab: Lab; problems: SourceProblem[] } {
  const problems: SourceProblem[] = [];
  const steps = source.steps.flatMap((step) => buildStep(step, source, context, problems) ?? []);
  return { lab: { id: source.id, file: source.lab, steps }, problems };
}

/** @throws GlassboxError "invalid argument" that lists every problem */
export function buildLabOrThrow(source: LabSource, context: BuildContext): Lab {
  const { lab, problems } = buildLab(source, context);
  if (problems.length > 0) {
    const list = problems.map(formatProblem).join("\n");
    throw new GlassboxError("invalid argument", `Cannot load lab "${source.id}":\n${list}`);
  }
  return lab;
}

function buildStep(
  step: StepSource,
  source: LabSource,
  context: BuildContext,
  problems: SourceProblem[],
): Step | undefined {
  const values = { ...context.values, LAB: context.workDir, lab: source.id };
  const read = (name: string): string => {
    const file = join(step.dir, name);
    if (!existsSync(file)) {
      problems.push({ file, line: 1, message: "This file is missing" });
      return "";
    }
    const filled = fillValues(file, readFileSync(file, "utf8"), values);
    problems.push(...filled.problems);
    return filled.text;
  };

  const lesson = readLesson(join(step.dir, "step.md"), read("step.md"), context.cgroup, context.repository);
  problems.push(...lesson.problems);
  const checks = readChecks(join(step.dir, "check.yaml"), read("check.yaml"), context.cgroup, problems);
  const scripts = readdirSync(step.dir).filter((name) => name.endsWith(".sh"));
  const solveFile = scripts.includes("solve.sh") ? "solve.sh" : `solve-${context.cgroup}.sh`;
  const solve = read(solveFile);
  const wrong = scripts
    .filter((name) => name.startsWith("wrong-") && !name.endsWith(context.cgroup === "v1" ? ".v2.sh" : ".v1.sh"))
    .map((name) => ({ name, script: read(name) }));
  if (wrong.length === 0)
    problems.push({ file: step.dir, line: 1, message: "No wrong-*.sh: show that the check can fail" });
  for (const { name, script } of [{ name: solveFile, script: solve }, ...wrong]) {
    if (!parseSolveScript(script).some((action) => action.kind === "type")) {
      problems.push({ file: join(step.dir, name), line: 1, message: "This script types nothing" });
    }
  }
  if (!lesson.front || !checks) return undefined;
  const files = filesBelow(join(step.dir, "files")).map((path) => ({ path, text: read(join("files", path)) }));
  return {
    id: step.id,
    front: lesson.front,
    sections: lesson.sections,
    ...checks,
    solve,
    wrong,
    files,
  };
}

function readChecks(
  file: string,
  text: string,
  cgroup: CgroupVersion,
  problems: SourceProblem[],
): Pick<Step, "checks" | "hints"> | undefined {
  const source = readYaml(file, text, CheckFile);
  problems.push(...source.problems);
  if (!source.value) return undefined;
  const here = (query: { cgroup?: CgroupVersion | undefined }) => query.cgroup === undefined || query.cgroup === cgroup;
  const reportAt = (at: PropertyKey[]) => (path: PropertyKey[], message: string) =>
    void problems.push({ file, line: source.lineOf([...at, ...path]), message });
  const names = freshNames();
  // Checks for the other version are left out before names are resolved: both versions may bind the same name.
  const checks = source.value.checks.flatMap((check, index) =>
    here(check) ? [compileCheck(check, names, reportAt(["checks", index]))] : [],
  );
  const hints = source.value.hints.flatMap((hint, index) => {
    if (!hint.when.every(here)) return [];
    const hintNames = freshNames();
    const when = hint.when.map((query, at) => compileQuery(query, hintNames, reportAt(["hints", index, "when", at])));
    return [{ say: hint.say, when }];
  });
  return { checks, hints };
}

/** Paths relative to `dir`, of everything that is not a folder; none when there is no such folder. */
function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
}

function foldersOf(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The same problems with paths relative to `base`, the way a person wants to read them. */
export function relativeTo(base: string, problems: readonly SourceProblem[]): SourceProblem[] {
  return problems.map((problem) => ({ ...problem, file: relative(base, problem.file) || problem.file }));
}
