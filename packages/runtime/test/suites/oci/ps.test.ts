/** `ps`: the processes of a container as the host sees them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Box, idle } from "./rig/box.ts";
import { cgroupOf, versionOf } from "./rig/cgroup-files.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-ps";

/** A program with one child. */
const two = `sleep 1000 & ${idle}`;

function pidsOf(box: Box, flags = ["--format", "json"]): number[] {
  return JSON.parse(box.ok(["ps", ...flags, box.id])) ?? [];
}

async function launchTwo(box: Box): Promise<number> {
  const pid = box.launch(two);
  await box.until("two processes", () => pidsOf(box).length === 2);
  return pid;
}

for (const flags of [["--format", "json"], ["--format=json"], ["-f", "json"]]) {
  rule(`${flags.join(" ")} has every pid of the container, as the host numbers them`, source, async (box) => {
    versionOf("pids");
    const pid = await launchTwo(box);
    const members = readFileSync(join(cgroupOf(pid, "pids"), "cgroup.procs"), "utf8")
      .trim()
      .split("\n")
      .map(Number);
    assert.deepEqual(pidsOf(box, flags).sort(), members.sort());
  });
}

rule("the table begins with the host's header", `${source}: the default format is table`, async (box) => {
  await launchTwo(box);
  const [header = ""] = box.ok(["ps", box.id]).split("\n");
  assert.deepEqual(header.trim().split(/\s+/), ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]);
});

rule("the table has the container's processes and no others", source, async (box) => {
  const pid = await launchTwo(box);
  const rows = box.ok(["ps", "--format", "table", box.id]).trim().split("\n").slice(1);
  const shown = rows.map((row) => Number(row.trim().split(/\s+/)[1]));
  assert.deepEqual(shown.sort(), pidsOf(box).sort());
  assert.ok(shown.includes(pid));
});

rule("further arguments go to the host's ps", `${source}: [ps options]`, async (box) => {
  const pid = await launchTwo(box);
  const [header = "", ...rows] = box.ok(["ps", box.id, "-e", "-o", "ppid,pid,comm"]).trim().split("\n");
  assert.deepEqual(header.trim().split(/\s+/), ["PPID", "PID", "COMMAND"]);
  const parents = rows.map((row) => row.trim().split(/\s+/)[0]);
  assert.ok(parents.includes(`${pid}`), rows.join("|"));
});

rule("arguments of the host's ps that leave the pid out are refused", "runc: couldn't find PID field", (box) => {
  box.launch();
  box.refused(["ps", box.id, "-e", "-o", "comm"]);
});

rule("a process that exec added is one of them", source, (box) => {
  box.launch();
  box.ok(["exec", "--detach", box.id, "/bin/sleep", "1000"]);
  assert.equal(pidsOf(box).length, 2);
});

rule("a created container has its first process", source, (box) => {
  box.create(idle);
  assert.ok(pidsOf(box).includes(box.state().pid ?? 0));
});

rule("a paused container's processes are listed", source, (box) => {
  const pid = box.launch();
  box.ok(["pause", box.id]);
  assert.ok(pidsOf(box).includes(pid));
});

rule("a container that has stopped has none", source, async (box) => {
  box.create("exit 0");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  assert.deepEqual(pidsOf(box), []);
});

rule("a format it does not have is refused", source, (box) => {
  box.launch();
  box.refused(["ps", "--format", "poem", box.id]);
});

rule("a container that does not exist is refused", source, (box) => {
  assert.match(box.refused(["ps", "nobody"]), /does not exist|No such file/);
});
