/** `kill` and `delete --force`: signals by name and number, to the first process or to all. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cgroupOf } from "./rig/cgroup-files.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-kill";

/** Says which signal came, and goes on; KILL ends it. */
const listener =
  'for s in HUP INT QUIT USR1 USR2 TERM; do trap "echo $s" $s; done; echo ready; while :; do sleep 0.05; done';

async function listen(box: Parameters<Parameters<typeof rule>[2]>[0]): Promise<() => string> {
  const output = box.create(listener);
  box.ok(["start", box.id]);
  const text = () => readFileSync(output, "utf8");
  await box.until("the program", () => text() === "ready\n");
  return text;
}

for (const [argument, name] of [
  ["SIGUSR1", "USR1"],
  ["USR1", "USR1"],
  ["10", "USR1"],
  ["SIGHUP", "HUP"],
  ["2", "INT"],
  ["QUIT", "QUIT"],
  ["usr2", "USR2"],
] as const) {
  rule(
    `the signal may be written ${argument}`,
    `${source}: "by its name (with or without the SIG prefix), or its numeric value"`,
    async (box) => {
      const text = await listen(box);
      box.ok(["kill", box.id, argument]);
      await box.until(`SIG${name}`, () => text() === `ready\n${name}\n`);
    },
  );
}

rule("without a signal it is SIGTERM", `${source}: "By default, runc kill sends SIGTERM"`, async (box) => {
  const text = await listen(box);
  box.ok(["kill", box.id]);
  await box.until("SIGTERM", () => text() === "ready\nTERM\n");
});

rule("KILL ends the container", 'runtime.md "Kill"', async (box) => {
  box.launch();
  box.ok(["kill", box.id, "KILL"]);
  await box.untilStatus("stopped");
});

for (const signal of ["SIGNOSUCH", "0x9", "999", "-1"]) {
  rule(`the signal ${signal} is refused and nothing is sent`, 'runtime.md "Errors"', async (box) => {
    const text = await listen(box);
    box.refused(["kill", box.id, "--", signal]);
    assert.equal(box.state().status, "running");
    assert.equal(text(), "ready\n");
  });
}

rule(
  "a created container can be killed",
  'runtime.md "Kill": neither created nor running is the error',
  async (box) => {
    box.create("echo ran");
    box.ok(["kill", box.id, "KILL"]);
    await box.untilStatus("stopped");
  },
);

for (const flag of ["--all", "-a"]) {
  rule(`${flag} reaches every process of the container`, source, async (box) => {
    const pid = box.launch("sleep 1000 & sleep 1001 & wait; exec sleep 1002", (configuration) => {
      configuration.linux.namespaces = configuration.linux.namespaces.filter(({ type }) => type !== "pid");
    });
    const procs = join(cgroupOf(pid, "pids"), "cgroup.procs");
    const members = () =>
      readFileSync(procs, "utf8")
        .split("\n")
        .filter((line) => line !== "");
    await box.until("three processes", () => members().length === 3);
    box.ok(["kill", flag, box.id, "KILL"]);
    await box.until("an empty cgroup", () => members().length === 0);
    await box.untilStatus("stopped");
  });
}

rule(
  "kill of a stopped container says so in words that callers know",
  'containerd: "container not running", "process already finished"',
  async (box) => {
    box.create("exit 0");
    box.ok(["start", box.id]);
    await box.untilStatus("stopped");
    assert.match(
      box.refused(["kill", box.id, "KILL"]),
      /container not running|process already finished|no such process/i,
    );
  },
);

for (const flag of ["--force", "-f"]) {
  rule(`delete ${flag} ends a running container and removes it`, "man 8 runc-delete", (box) => {
    const pid = box.launch();
    box.ok(["delete", flag, box.id]);
    box.refused(["state", box.id]);
    assert.ok(!isAlive(pid));
  });
}

rule("delete --force of an id that is not there succeeds", "runc, delete.go: force ignores ErrNotExist", (box) => {
  box.ok(["delete", "--force", "suite-no-such-container"]);
});

rule("delete --force of a created container removes it", "man 8 runc-delete", (box) => {
  box.create("true");
  box.ok(["delete", "--force", box.id]);
  box.refused(["state", box.id]);
});

rule(
  "delete of a created container is refused",
  'runtime.md "Delete": "a container that is not stopped MUST have no effect"',
  (box) => {
    box.create("true");
    box.refused(["delete", box.id]);
    assert.equal(box.state().status, "created");
  },
);

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
