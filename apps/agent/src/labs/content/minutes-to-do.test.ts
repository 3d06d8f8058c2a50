import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readLabSources } from "./load.ts";
import { minutesToDo } from "./minutes-to-do.ts";

const twoMinutes = "word ".repeat(360);

test("minutesToDo counts words, commands and steps", () => {
  const commands = "```sh run\nls\n```\n```sh run terminal=watch\nls -l one two three\npwd\n```";
  assert.equal(minutesToDo([twoMinutes], "v2"), 3); // 2:45
  assert.equal(minutesToDo([`${twoMinutes}\n${commands}`], "v2"), 4); // 3:30
  assert.equal(minutesToDo([twoMinutes, twoMinutes], "v2"), 6); // 5:30
});

test("minutesToDo leaves out what is for machines with the other cgroup version", () => {
  const lesson = `:::v1\n${twoMinutes}\n:::\n\`\`\`sh run cgroup=v1\n${"ls\n".repeat(12)}ls\n\`\`\``;
  assert.deepEqual([minutesToDo([lesson], "v1"), minutesToDo([lesson], "v2")], [6, 1]);
});

test("the short way takes no longer than the half an hour that its title promises", () => {
  const labs = fileURLToPath(new URL("../../../../../labs", import.meta.url));
  const source = readLabSources(labs).sources.find(({ id }) => id === "000-half-an-hour");
  const lessons = source?.steps.map(({ dir }) => readFileSync(join(dir, "step.md"), "utf8")) ?? [];
  assert.equal(lessons.length, 8);
  for (const cgroup of ["v1", "v2"] as const) {
    const minutes = minutesToDo(lessons, cgroup);
    assert.ok(minutes <= 30, `${minutes} minutes on cgroup ${cgroup}`);
  }
});
