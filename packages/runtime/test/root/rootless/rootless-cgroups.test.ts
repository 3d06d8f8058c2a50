/** glassrun without root in a group that has been handed over to the user (man 7 cgroups, "Delegation"): limits hold. */
import assert from "node:assert/strict";
import { chownSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Hierarchy, readCgroupLayout } from "../../../src/1-kernel/mod.ts";
import { until } from "../until.ts";
import { makePlainUser, USER, whyNoPlainUser } from "./plain-user.ts";

const GROUP = `rootless-${process.pid}`;
const LIMIT = 40;

/** One group handed over in each tree, with a group in it for the user's own processes: v2 wants it so. */
function handOver({ mountPoint, version }: Hierarchy): { procs: string; remove(): Promise<void> } {
  const group = join(mountPoint, GROUP);
  const own = join(group, "shell");
  if (version === 2) writeFileSync(join(mountPoint, "cgroup.subtree_control"), "+pids");
  for (const directory of [group, own]) {
    mkdirSync(directory);
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      if (version === 2 || !existsSync(join(mountPoint, file))) continue;
      writeFileSync(join(directory, file), readFileSync(join(mountPoint, file), "utf8"));
    }
    for (const path of [directory, join(directory, "cgroup.procs"), join(directory, "cgroup.subtree_control")]) {
      if (existsSync(path)) chownSync(path, USER, USER);
    }
  }
  return {
    procs: join(own, "cgroup.procs"),
    // The runtime's own processes have ended, but may not have left yet.
    remove: async () => {
      for (const directory of [own, group]) await until(`${directory} to be removed`, () => isRemoved(directory));
    },
  };
}

function isRemoved(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

describe("glassrun without root, in a cgroup of one's own", { skip: whyNoPlainUser() }, () => {
  const layout = readCgroupLayout();
  // Beside v1's trees, the unified one of a hybrid machine is not used.
  const used = layout.hierarchies.filter(({ version }) => layout.mode === "v2" || version === 1);

  test("keeps the limits that are asked for, and takes the group away after", async () => {
    const user = makePlainUser();
    const groups = used.map(handOver);
    try {
      user.configure((config) => {
        // With the shell itself, that many children are one too many.
        const crowd = `left=${LIMIT}; while [ $left -gt 0 ]; do sleep 5 & left=$((left - 1)); done; echo no limit`;
        if (config.process) config.process.args = ["sh", "-c", crowd];
        config.linux = { ...config.linux, resources: { pids: { limit: LIMIT } } };
      });
      const { code, out, err } = user.run(["run", "web"], { groups: groups.map(({ procs }) => procs) });
      assert.deepEqual({ code, out }, { code: 2, out: "" });
      assert.match(err, /fork: Resource temporarily unavailable/);
    } finally {
      for (const { remove } of groups) await remove(); // which fails while the container's group is still there
      user.remove();
    }
  });
});
