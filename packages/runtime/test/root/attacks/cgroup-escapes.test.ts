/**
 * Outliving the runtime's wish to end a container, or being counted as somebody else: fork bombs, frozen processes,
 * cgroups with others in them, a runtime so large that a small container cannot be started (runc issues 1980, 2105, 3132).
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readProcFile, readStat, removeCgroup } from "../../../src/1-kernel/mod.ts";
import type { Box } from "../../suites/oci/rig/box.ts";
import { MachineCannot } from "../../suites/oci/rig/box.ts";
import { cgroupOf, versionOf } from "../../suites/oci/rig/cgroup-files.ts";
import { runCommand } from "../../suites/oci/rig/command.ts";
import { type Change, withoutNamespace } from "../../suites/oci/rig/configuration.ts";
import { feature } from "../../suites/oci/rig/feature.ts";
import { release, startHeld } from "./rig/naive.ts";

const rule = feature(import.meta.url);

function processesOf(directory: string): string[] {
  const procs = readProcFile(join(directory, "cgroup.procs")) ?? "";
  return procs.split("\n").filter((pid) => pid !== "");
}

/** Twelve lines of processes: each makes its successor and ends, so that a list of them is out of date when it is read. */
const LINES = 12;
const BOMB = `next() { sleep 0.03; next & }; for line in ${Array(LINES).fill(0).join(" ")}; do next & done; exec sleep 1000`;

const bombed: Change = (configuration) => {
  withoutNamespace(configuration, "pid");
};

async function launchBomb(box: Box): Promise<string> {
  const directory = cgroupOf(box.launch(BOMB, bombed), "pids");
  await box.until("the bomb to fill its group", () => processesOf(directory).length > LINES);
  return directory;
}

rule("one signal to each process of a list does not end a fork bomb", "runc issue 2105", async (box) => {
  const directory = await launchBomb(box);
  const list = processesOf(directory);
  // On a busy machine a runtime may well wait that long between reading and killing. One whose parent is in the list may
  // be the `sleep` of that, which has no successor.
  await box.until("a successor whose parent has ended", () =>
    processesOf(directory).some((pid) => {
      const parent = readStat(Number(pid))?.parentPid;
      return !list.includes(pid) && parent !== undefined && !list.includes(`${parent}`);
    }),
  );
  for (const pid of list) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.notEqual(processesOf(directory).length, 0, "the bomb is no bomb");
});

rule("kill ends a fork bomb in the machine's pid namespace", "runc: signalAllProcesses", async (box) => {
  const directory = await launchBomb(box);
  box.ok(["kill", box.id, "KILL"]);
  await box.until("every process to be gone", () => processesOf(directory).length === 0);
});

rule("delete --force ends a fork bomb in the machine's pid namespace", "runc issue 4040", async (box) => {
  const directory = await launchBomb(box);
  box.ok(["delete", "--force", box.id]);
  assert.ok(!existsSync(directory));
});

rule("delete --force ends a paused container", "runc issue 3134", (box) => {
  const directory = cgroupOf(box.launch(), "pids");
  box.ok(["pause", box.id]);
  box.ok(["delete", "--force", box.id]);
  assert.ok(!existsSync(directory));
});

rule("delete --force ends a paused fork bomb", "runc issues 2774, 3134", async (box) => {
  const directory = await launchBomb(box);
  box.ok(["pause", box.id]);
  box.ok(["delete", "--force", box.id]);
  assert.ok(!existsSync(directory));
});

rule("kill wakes a paused container to die", "runc issue 2105", async (box) => {
  box.launch();
  box.ok(["pause", box.id]);
  box.ok(["kill", box.id, "KILL"]);
  await box.untilStatus("stopped");
});

/** A cgroup of ours with a process of ours in it, at the place of the container's to be. */
async function occupied(box: Box, then: (path: string, directory: string) => void): Promise<void> {
  const parent = cgroupOf(process.pid, "pids");
  const name = `${box.id}-occupied`;
  const directory = join(parent, name);
  const root = readFileSync("/proc/self/cgroup", "utf8").match(/^\d+:(?:[^:]*,)?pids[^:]*:(.*)$|^0::(.*)$/m);
  mkdirSync(directory);
  const other = startHeld(["cat"]);
  try {
    writeFileSync(join(directory, "cgroup.procs"), `${other.pid}`);
    then(join(root?.[1] ?? root?.[2] ?? "/", name), directory);
    assert.equal(other.exitCode ?? other.signalCode, null, "the process that was there first was ended");
  } finally {
    await release(other);
    await removeCgroup([{ directory }]);
  }
}

rule("a cgroup with somebody else's process in it is refused, and that lives on", "runc issue 3132", async (box) => {
  await occupied(box, (path) => {
    const said = box.rejects((configuration) => {
      configuration.linux.cgroupsPath = path;
    });
    assert.match(said, /container's cgroup is not empty/);
  });
});

/** A static program of some hundred kilobytes fits; Node, Bun or a Go runtime do not. */
const SMALL_BYTES = 3 << 20;

rule(
  "a container may be smaller than the runtime",
  "runc issue 1980; CVE-2019-5736's mitigation used 10 MB",
  async (box) => {
    if (versionOf("memory") === 1) {
      const directory = join(cgroupOf(process.pid, "memory"), `${box.id}-naive`);
      mkdirSync(directory);
      writeFileSync(join(directory, "memory.limit_in_bytes"), `${SMALL_BYTES}`);
      const join_ = `echo $$ > ${directory}/cgroup.procs; exec "$0" -e 0`;
      const files = box.path("naive");
      assert.throws(() => runCommand(["sh", "-c", join_, process.execPath], { cwd: "/", files }), /ended by SIGKILL/);
      await removeCgroup([{ directory }]);
    }
    const seen = box.output("echo started", (configuration) => {
      configuration.linux.resources.memory = { limit: SMALL_BYTES };
    });
    assert.equal(seen, "started\n");
  },
);

rule("a limit too small for any program is said to be the reason", "runc issue 2812", (box) => {
  if (versionOf("memory") !== 1) throw new MachineCannot("v2 kills what is in a group only when it asks for more");
  const { code } = box.run("echo started", (configuration) => {
    configuration.linux.resources.memory = { limit: 64 << 10 };
  });
  assert.notEqual(code, 0);
});
