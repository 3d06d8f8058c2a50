/** The cgroups that a machine made of namespaces lives in: one in every tree of the real machine. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Killed processes leave their cgroup a little after they have gone from everywhere else. */
const REMOVE_TIMEOUT_MS = 30_000;

export function makeGroup(mountPoint: string, name: string): void {
  mkdirSync(join(mountPoint, name));
  const offered = readOr(join(mountPoint, "cgroup.controllers"));
  if (offered !== "") {
    // v2: what the real machine has is passed on, so that the one inside can pass it on to its containers.
    for (const controller of offered.trim().split(" ").filter(Boolean)) {
      writeFileSync(join(mountPoint, "cgroup.subtree_control"), `+${controller}`);
    }
    return;
  }
  // v1's cpuset lets nobody in before it has processors and memory nodes; the other trees do not have these files.
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const above = readOr(join(mountPoint, file));
    if (above.trim() !== "") writeFileSync(join(mountPoint, name, file), above);
  }
}

/** With all groups below it. @throws Error when somebody is still in there after 30 s */
export async function removeGroup(mountPoint: string, name: string): Promise<void> {
  const deadlineMs = Date.now() + REMOVE_TIMEOUT_MS;
  for (;;) {
    try {
      for (const directory of withThoseBelow(join(mountPoint, name))) rmdirSync(directory);
      return;
    } catch (thrown) {
      if (Date.now() > deadlineMs) throw thrown;
      await pause(50);
    }
  }
}

/** Innermost first. */
function withThoseBelow(place: string): string[] {
  const below = readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...below.flatMap(({ name }) => withThoseBelow(join(place, name))), place];
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
