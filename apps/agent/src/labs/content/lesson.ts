/**
 * step.md: front matter, then the five movements of a step, each under its heading. This cuts the text up, keeps what is
 * meant for this machine's cgroup version, puts quoted code in, and complains with line numbers about what is missing.
 */

import type { StepSection } from "@glassbox/protocol";
import { messageOf } from "@glassbox/runtime/base";
import { CODE_QUOTE, quoteCode } from "./code-quote.ts";
import { StepFrontMatter } from "./lab-schema.ts";
import type { SourceProblem } from "./source-problem.ts";
import { readYaml } from "./yaml-source.ts";

export type CgroupVersion = "v1" | "v2";

export interface Lesson {
  front: StepFrontMatter | undefined;
  sections: StepSection[];
  problems: SourceProblem[];
}

const HEADINGS: ReadonlyArray<readonly [string, StepSection["kind"]]> = [
  ["Predict", "predict"],
  ["Do", "do"],
  ["See", "see"],
  ["Explain", "explain"],
  ["Break it", "break"],
];

/** What may follow the language of a code block: `sh run terminal=watch cgroup=v1`. */
const BLOCK_WORD = /^(?:run|terminal=[a-z]+|cgroup=v[12])$/;

export function readLesson(file: string, text: string, machine: CgroupVersion, repository: string): Lesson {
  const problems: SourceProblem[] = [];
  const parts = /^---\n([\s\S]*?\n)---\n/.exec(text);
  if (!parts) {
    return {
      front: undefined,
      sections: [],
      problems: [{ file, line: 1, message: "Begin with front matter between ---" }],
    };
  }
  const front = readYaml(file, parts[1] ?? "", StepFrontMatter, 2);
  problems.push(...front.problems);
  const firstLine = parts[0].split("\n").length;
  const body = text.slice(parts[0].length).trimEnd();
  const sections = cutSections(file, body.split("\n"), firstLine, problems);
  const shown = sections.map(({ kind, lines, line }) => ({
    kind,
    markdown: weave(file, lines, line, { machine, repository }, problems),
  }));
  return { front: front.value, sections: shown, problems };
}

interface RawSection {
  kind: StepSection["kind"];
  lines: string[];
  /** Line of the file on which `lines` begins. */
  line: number;
}

function cutSections(file: string, lines: string[], firstLine: number, problems: SourceProblem[]): RawSection[] {
  const sections: RawSection[] = [];
  let fenced = false;
  lines.forEach((line, index) => {
    if (line.startsWith("```")) fenced = !fenced;
    const heading = fenced ? undefined : /^## (.+)$/.exec(line)?.[1];
    if (heading === undefined) {
      const current = sections.at(-1);
      if (current) current.lines.push(line);
      else if (line.trim() !== "")
        problems.push({ file, line: firstLine + index, message: "Text before the first heading" });
      return;
    }
    const expected = HEADINGS[sections.length];
    if (heading !== expected?.[0]) {
      const message = expected ? `Expected the heading "## ${expected[0]}"` : `One heading too many: "## ${heading}"`;
      problems.push({ file, line: firstLine + index, message });
    }
    const kind = HEADINGS.find(([words]) => words === heading)?.[1] ?? "explain";
    sections.push({ kind, lines: [], line: firstLine + index + 1 });
  });
  for (const [words] of HEADINGS.slice(sections.length)) {
    problems.push({ file, line: firstLine + lines.length - 1, message: `The section "## ${words}" is missing` });
  }
  for (const section of sections) {
    if (section.lines.every((line) => line.trim() === "")) {
      problems.push({ file, line: section.line, message: "This section says nothing" });
    }
  }
  return sections;
}

/** One section's lines with the other cgroup version's left out and code quotes filled in. */
function weave(
  file: string,
  lines: string[],
  firstLine: number,
  context: { machine: CgroupVersion; repository: string },
  problems: SourceProblem[],
): string {
  const kept: string[] = [];
  let only: { version: string; line: number } | undefined; // inside :::v1 or :::v2
  let fence: { keep: boolean; line: number } | undefined;
  for (const [index, line] of lines.entries()) {
    const at = firstLine + index;
    const report = (message: string) => void problems.push({ file, line: at, message });
    const forUs = only === undefined || only.version === context.machine;
    if (line.startsWith("```")) {
      const opening = fence === undefined;
      if (fence === undefined) fence = { keep: openFence(line, context.machine, report), line: at };
      if (fence.keep && forUs) kept.push(opening ? withoutVersion(line) : line);
      if (!opening) fence = undefined;
      continue;
    }
    if (fence) {
      if (fence.keep && forUs) kept.push(line);
      continue;
    }
    const directive = /^:::(\w*)$/.exec(line);
    if (directive) {
      if (directive[1] && directive[1] !== "v1" && directive[1] !== "v2") report(`Unknown block ":::${directive[1]}"`);
      only = directive[1] ? { version: directive[1], line: at } : undefined;
      continue;
    }
    if (line.startsWith("::code")) {
      const [, path, name] = CODE_QUOTE.exec(line) ?? [];
      if (path === undefined || name === undefined) {
        report('Write ::code{src="path/file.ts#name"}');
        continue;
      }
      try {
        kept.push(quoteCode(context.repository, path, name));
      } catch (thrown) {
        report(messageOf(thrown));
      }
      continue;
    }
    if (forUs) kept.push(line);
  }
  if (fence) problems.push({ file, line: fence.line, message: "This code block is not closed" });
  if (only) problems.push({ file, line: only.line, message: `":::${only.version}" is not closed by ":::"` });
  return kept.join("\n").trim();
}

function openFence(line: string, machine: CgroupVersion, report: (message: string) => void): boolean {
  const [language, ...words] = line.slice(3).trim().split(/\s+/);
  if (!language) report("Say the language of this code block: sh, text, json, ts, c");
  for (const word of words) {
    if (!BLOCK_WORD.test(word)) report(`Unknown word "${word}" after the language; there are run, terminal=, cgroup=`);
  }
  if (words.includes("run") && language !== "sh") report("Only sh blocks can be run");
  const version = words.find((word) => word.startsWith("cgroup="))?.slice("cgroup=".length);
  return version === undefined || version === machine;
}

function withoutVersion(line: string): string {
  return line.replace(/\s+cgroup=v[12]/, "");
}
