import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ACTION_NAMES } from "./actions.ts";
import { OPERATOR_NAMES } from "./arguments.ts";
import { disassemble } from "./assembler.ts";
import { compileSeccomp } from "./compile.ts";

const page = readFileSync(new URL("../../../../../docs/seccomp.md", import.meta.url), "utf8");

test("docs/seccomp.md lists every action and every operator, and no other", () => {
  const listed = [...page.matchAll(/^\| `(SCMP_\w+)` \|/gm)].map(([, word]) => word);
  assert.deepEqual(listed.sort(), [...ACTION_NAMES, ...OPERATOR_NAMES].sort());
});

test("docs/seccomp.md shows the filter that its profile becomes", () => {
  const [, profile = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  const [, shown = ""] = /```\n(0000: .*?)```/s.exec(page) ?? [];
  assert.equal(shown, disassemble(compileSeccomp(JSON.parse(profile), "x86_64").instructions));
});
