/** `pause` and `resume`: the whole container stands still, and goes on. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type Box, idle } from "./rig/box.ts";
import { readCgroup, versionOf } from "./rig/cgroup-files.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const pause = "man 8 runc-pause";
const resume = "man 8 runc-resume";

/** Writes a line every few milliseconds. */
const busy = "while true; do echo x; usleep 5000; done";

async function launchBusy(box: Box): Promise<() => number> {
  const output = box.create(busy);
  box.ok(["start", box.id]);
  const length = () => readFileSync(output, "utf8").length;
  await box.until("output", () => length() > 0);
  return length;
}

rule("pause stops a running program where it is", `${pause}: "suspends all processes in the instance"`, async (box) => {
  const length = await launchBusy(box);
  box.ok(["pause", box.id]);
  const before = length();
  await delay(100);
  assert.equal(length(), before);
});

rule("resume lets it go on from there", `${resume}: "resumes all processes"`, async (box) => {
  const length = await launchBusy(box);
  box.ok(["pause", box.id]);
  const before = length();
  box.ok(["resume", box.id]);
  await box.until("more output", () => length() > before);
});

rule("the status is paused, then running again", 'runtime.md "State": additional values MAY be defined', (box) => {
  box.launch();
  box.ok(["pause", box.id]);
  assert.equal(box.state().status, "paused");
  box.ok(["resume", box.id]);
  assert.equal(box.state().status, "running");
});

rule("the pid of a paused container is still there", 'runtime.md "State"', (box) => {
  const pid = box.launch();
  box.ok(["pause", box.id]);
  assert.equal(box.state().pid, pid);
});

rule("list says paused", "man 8 runc-list", (box) => {
  box.launch();
  box.ok(["pause", box.id]);
  const [row] = JSON.parse(box.ok(["list", "--format", "json"]));
  assert.equal(row.status, "paused");
});

rule("the kernel says that the group is frozen", "kernel, freezer-subsystem.rst and cgroup-v2.rst", (box) => {
  const version = versionOf("freezer");
  const pid = box.launch();
  box.ok(["pause", box.id]);
  const state = readCgroup(pid, { controller: "freezer", v1: "freezer.state", v2: "cgroup.freeze" });
  assert.equal(state, version === 1 ? "FROZEN" : "1");
});

rule("a process that exec added stands still too", pause, async (box) => {
  const init = box.launch();
  const script = `${busy} > /dev/shm/out`;
  box.ok(["exec", "--detach", box.id, "/bin/sh", "-c", script]);
  const length = () => readFileSync(`/proc/${init}/root/dev/shm/out`, "utf8").length;
  await box.until("its output", () => box.exec("test -s /dev/shm/out").code === 0);
  box.ok(["pause", box.id]);
  const before = length();
  await delay(100);
  assert.equal(length(), before);
});

rule("exec into a paused container is refused", "runc: cannot exec in a paused container", (box) => {
  box.launch();
  box.ok(["pause", box.id]);
  assert.match(box.exec("true").stderr, /paused/);
});

rule("pausing twice is refused", "runc: container not running", (box) => {
  box.launch();
  box.ok(["pause", box.id]);
  box.refused(["pause", box.id]);
  assert.equal(box.state().status, "paused");
});

rule("resuming what is not paused is refused", "runc: container not paused", (box) => {
  box.launch();
  box.refused(["resume", box.id]);
});

for (const verb of ["pause", "resume"]) {
  rule(`${verb} of a container that does not exist is refused`, pause, (box) => {
    assert.match(box.refused([verb, "nobody"]), /does not exist|No such file/);
  });

  rule(`${verb} of a container that has stopped is refused`, pause, async (box) => {
    box.create("exit 0");
    box.ok(["start", box.id]);
    await box.untilStatus("stopped");
    box.refused([verb, box.id]);
  });
}

rule("a created container can be paused and resumed, and then starts", "runc: running or created", async (box) => {
  const output = box.create("echo started");
  box.ok(["pause", box.id]);
  box.ok(["resume", box.id]);
  box.ok(["start", box.id]);
  await box.until("its output", () => readFileSync(output, "utf8") === "started\n");
});

rule(
  "SIGKILL ends a paused container",
  "runc#3134: a frozen process of v1 dies only when it is thawed",
  async (box) => {
    box.launch();
    box.ok(["pause", box.id]);
    box.ok(["kill", box.id, "KILL"]);
    await box.untilStatus("stopped");
  },
);

rule("delete --force removes a paused container", "man 8 runc-delete", (box) => {
  box.launch(idle);
  box.ok(["pause", box.id]);
  box.ok(["delete", "--force", box.id]);
  box.refused(["state", box.id]);
});
