import assert from "node:assert/strict";
import { test } from "node:test";
import { readLesson } from "./lesson.ts";

const front = `---
title: T
focus: [process]
prediction: { question: Q, choices: [a, b], answer: 0, because: B }
---
`;
const sections = (doing: string) =>
  `${front}## Predict\n\nP\n\n## Do\n\n${doing}\n\n## See\n\nS\n\n## Explain\n\nE\n\n## Break it\n\nB\n`;

const problemsOf = (text: string) =>
  readLesson("step.md", text, "v2", "/nowhere").problems.map(({ line, message }) => `${line}: ${message}`);

test("readLesson keeps what is meant for this machine's cgroup version", () => {
  const text = sections(
    "```sh run cgroup=v1\nold\n```\n```sh run cgroup=v2\nnew\n```\n:::v1\nOld.\n:::\n:::v2\nNew.\n:::",
  );
  const markdown = (version: "v1" | "v2") => readLesson("step.md", text, version, "/nowhere").sections[1]?.markdown;
  assert.equal(markdown("v2"), "```sh run\nnew\n```\nNew.");
  assert.equal(markdown("v1"), "```sh run\nold\n```\nOld.");
});

test("readLesson names the line of every mistake", () => {
  assert.deepEqual(problemsOf(sections("x")), []);
  assert.deepEqual(problemsOf(sections("```\nls\n```")), [
    "12: Say the language of this code block: sh, text, json, ts, c",
  ]);
  assert.deepEqual(problemsOf(sections("```sh run twice\nls\n```")), [
    '12: Unknown word "twice" after the language; there are run, terminal=, cgroup=',
  ]);
  assert.deepEqual(problemsOf(sections('::code{src="x.ts#y"}')), [
    '12: Cannot quote from "x.ts": there is no such file',
  ]);
  assert.deepEqual(problemsOf(sections(":::v2\nx")), ['12: ":::v2" is not closed by ":::"']);
  assert.deepEqual(problemsOf(sections("x").replace("## Explain\n\nE\n\n", "")), [
    '18: Expected the heading "## Explain"',
    '20: The section "## Break it" is missing',
  ]);
  assert.deepEqual(problemsOf(sections("x").replace("title: T", "titel: T")), [
    "2: title: Invalid input: expected string, received undefined",
    '2: Unknown key "titel"',
  ]);
});
