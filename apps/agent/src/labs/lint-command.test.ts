import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { relativeTo } from "./content/load.ts";
import { formatProblem } from "./content/source-problem.ts";
import { lintLabs } from "./lint-command.ts";

const labs = fileURLToPath(new URL("../../../../labs", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "lint-"));
after(() => rmSync(dir, { recursive: true }));

/** A copy of the first lab with one file changed, and what the linter says of it. */
function lintChanged(file: string, change: (text: string) => string): string[] {
  const copy = mkdtempSync(join(dir, "labs-"));
  cpSync(join(labs, "001-process"), join(copy, "001-process"), { recursive: true });
  const path = join(copy, "001-process", file);
  const before = readFileSync(path, "utf8");
  const after = change(before);
  assert.notEqual(after, before, "the change changes something");
  writeFileSync(path, after);
  return relativeTo(join(copy, "001-process"), lintLabs(copy)).map(formatProblem);
}

test("lintLabs finds nothing wrong with our own labs", () => {
  assert.deepEqual(lintLabs(labs).map(formatProblem), []);
});

test("lintLabs names file and line of every kind of mistake", () => {
  const check = "01-start-one/check.yaml";
  const step = "01-start-one/step.md";
  const cases: Array<[file: string, from: string, to: string, found: RegExp]> = [
    ["lab.yaml", "summary: ", "sumary: ", /^lab\.yaml:\d+: summary: /],
    ["lab.yaml", "requires: ", "colour: red\nrequires: ", /^lab\.yaml:4: Unknown key "colour"$/],
    [check, "- mine", "- mein", /^01-start-one\/check\.yaml:5: Unknown field "mein" of a process/],
    [check, "let: process P", "let: procces P", /^01-start-one\/check\.yaml:3: Cannot read "procces P"/],
    [check, "{{seconds}}", "{{second}}", /^01-start-one\/check\.yaml:2: Unknown value "\{\{second\}\}"/],
    [step, "```sh run\nls", "```\nls", /^01-start-one\/step\.md:\d+: Say the language/],
    [step, "## Explain", "## Explanation", /^01-start-one\/step\.md:\d+: Expected the heading "## Explain"/],
    ["03-one-pointer-differs/step.md", "#unshare", "#unshaer", /step\.md:\d+: .* exports no "unshaer"/],
    ["01-start-one/solve.sh", "sleep", "# sleep", /^01-start-one\/solve\.sh:1: This script types nothing/],
  ];
  for (const [file, from, to, found] of cases) {
    const problems = lintChanged(file, (text) => text.replace(from, to));
    assert.ok(
      problems.some((problem) => found.test(problem)),
      `${file}, ${to}:\n${problems.join("\n")}`,
    );
  }
});
