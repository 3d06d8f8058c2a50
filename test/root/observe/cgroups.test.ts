import assert from "node:assert/strict";
import { mkdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { readMountinfo } from "@glassbox/runtime/kernel";
import { cannotObserve, withGraph } from "./live-graph.ts";

/** Where the pids controller is: a v1 tree of its own, or the unified one when the root hands it down. */
function pidsHierarchy(): { mountPoint: string; name: string } | undefined {
  for (const { fsType, superOptions, mountPoint } of readMountinfo("self") ?? []) {
    if (fsType === "cgroup" && superOptions.includes("pids")) return { mountPoint, name: "pids" };
    if (fsType === "cgroup2" && statSync(`${mountPoint}/pids.current`, { throwIfNoEntry: false }) === undefined)
      continue;
    if (fsType === "cgroup2") return { mountPoint, name: "unified" };
  }
  return undefined;
}

const hierarchy = pidsHierarchy();
const skip = cannotObserve || (hierarchy ? false : "needs the pids controller in a v1 hierarchy");

test(
  "Observer shows a cgroup made, limited, entered, used and removed, by events alone",
  { skip },
  withGraph(async (live) => {
    const { mountPoint, name } = hierarchy as { mountPoint: string; name: string };
    const base = `/glassbox-observe-${process.pid}`;
    const path = `${base}/glassbox/050-test/box`;
    const directory = `${mountPoint}${path}`;
    const shell = await live.shell("050-test");
    mkdirSync(directory, { recursive: true });
    let pid = 0;
    try {
      const made = await live.seen("cgroup", path, (node) => node.path === path && node.hierarchy === name);
      assert.deepEqual(
        [made.origin, made.lab, made.limits, made.pids, made.inode],
        ["learner", "050-test", {}, [], statSync(directory).ino],
      );
      const parent = live.find("cgroup", (node) => node.id === made.parent);
      assert.equal(parent?.path, `${base}/glassbox/050-test`);
      assert.equal(live.find("cgroup", (node) => node.id === parent?.parent)?.origin, "glassbox");

      writeFileSync(`${directory}/pids.max`, "17");
      await live.seen("cgroup", "limited", (node) => node.id === made.id && node.limits.pidsMax === 17);

      pid = await shell.start("sleep 80");
      await live.process(pid);
      writeFileSync(`${directory}/cgroup.procs`, String(pid));
      await live.seen("cgroup", "with the process", (node) => node.id === made.id && node.pids.includes(pid));
      await live.seen("process", "in the cgroup", (node) => node.pid === pid && node.cgroups.includes(made.id));

      await live.observer.refresh();
      assert.equal(live.find("cgroup", (node) => node.id === made.id)?.usage.pidsCurrent, 1);

      process.kill(pid, "SIGKILL");
      await shell.run(`wait ${pid} || true`);
      pid = 0;
      await live.seen("cgroup", "empty", (node) => node.id === made.id && node.pids.length === 0);
      await removeTree(mountPoint, [path]);
      await live.gone("cgroup", path, (node) => node.id === made.id);
    } finally {
      if (pid) process.kill(pid, "SIGKILL");
      await removeTree(`${mountPoint}${base}`, ["/glassbox/050-test/box", "/glassbox/050-test", "/glassbox", ""]);
    }
  }),
);

/** A cgroup that a process has just left can be busy for a moment. */
async function removeTree(base: string, paths: string[]): Promise<void> {
  for (const path of paths) {
    for (let tries = 0; tries < 100 && statSync(`${base}${path}`, { throwIfNoEntry: false }); tries++) {
      try {
        rmdirSync(`${base}${path}`);
      } catch {
        await pause(20);
      }
    }
  }
}
