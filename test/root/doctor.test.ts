/** `glassbox doctor`, as a person and as a program asks it: the built command, on this machine. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { MachineInfo } from "@glassbox/protocol";
import { missingNeeds } from "../../apps/agent/src/machine/examine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const skip = process.getuid?.() === 0 ? false : "needs root: without, nothing works and there is little to tell";

function doctor(...args: string[]): { status: number | null; stdout: string } {
  return spawnSync(path.join(root, "packages/runtime/bin/glassbox"), ["doctor", ...args], { encoding: "utf8" });
}

test("glassbox doctor --json prints what the agent tells the page, and the exit code says whether it can run here", {
  skip,
}, () => {
  const { status, stdout } = doctor("--json");
  const { abilities } = MachineInfo.parse(JSON.parse(stdout));
  const names = abilities.map(({ title }) => title);
  for (const name of [
    "kernel",
    "cgroups",
    "mount namespaces",
    "overlay file system",
    "seccomp filters",
    "KVM",
    "lab VM",
  ])
    assert.ok(names.includes(name), `${name} among ${names.join(", ")}`);
  for (const name of ["user namespaces without root", "process events", "packages"])
    assert.ok(names.includes(name), `${name} among ${names.join(", ")}`);
  assert.equal(status, missingNeeds(abilities).length === 0 ? 0 : 1);
});

test("glassbox doctor says the same in words, and of what does not work why", { skip }, () => {
  const { abilities } = MachineInfo.parse(JSON.parse(doctor("--json").stdout));
  const { stdout } = doctor();
  for (const { title } of abilities) assert.ok(stdout.includes(title), `${title} in:\n${stdout}`);
  assert.match(stdout, /\nGlassbox can(not)? run here/);
});
