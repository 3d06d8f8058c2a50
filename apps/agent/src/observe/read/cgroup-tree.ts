/**
 * The cgroup hierarchies of this machine and the directories in them. Every directory is a cgroup; its inode stays the
 * same for its life, so it is what tells a cgroup from another made later under the same name.
 */
import { readdirSync, statSync } from "node:fs";
import type { CgroupMembership, MountInfo } from "@glassbox/runtime/kernel";
import type { CgroupFacts } from "../facts.ts";
import { readFrozen, readLimits, readUsage, readWords } from "./cgroup-files.ts";

export interface CgroupHierarchy {
  /** As in /proc/PID/cgroup: `unified`, `cpu,cpuacct`, `name=systemd`. */
  name: string;
  version: 1 | 2;
  mountPoint: string;
}

/** Directories in one hierarchy that are looked at; more than any machine has that a learner should be root on. */
const CGROUPS_MAX = 5000;

/** The hierarchies mounted whole, each at its first mount point. Pure: from the host's mount table and its own memberships. */
export function findHierarchies(mounts: readonly MountInfo[], own: readonly CgroupMembership[]): CgroupHierarchy[] {
  const found: CgroupHierarchy[] = [];
  for (const { hierarchy: name } of own) {
    const controllers = name.split(",");
    const mount = mounts.find(({ fsType, root, superOptions }) => {
      if (root !== "/") return false;
      if (name === "unified") return fsType === "cgroup2";
      return fsType === "cgroup" && controllers.every((controller) => superOptions.includes(controller));
    });
    if (mount) found.push({ name, version: name === "unified" ? 2 : 1, mountPoint: mount.mountPoint });
  }
  return found;
}

/** Every directory of a hierarchy, parents before children. */
export function listCgroups(hierarchy: CgroupHierarchy): string[] {
  const directories = [hierarchy.mountPoint];
  for (let next = 0; next < directories.length && directories.length < CGROUPS_MAX; next++) {
    const directory = directories[next] as string;
    try {
      for (const entry of readdirSync(directory, { withFileTypes: true }))
        if (entry.isDirectory()) directories.push(`${directory}/${entry.name}`);
    } catch {
      // Removed while we were listing.
    }
  }
  return directories;
}

/** What to read besides that the cgroup is there. */
export interface CgroupReading {
  limits: boolean;
  usage: boolean;
}

/** One cgroup; what is not asked for is taken from `before`. Undefined when it is gone. */
export function readCgroup(
  hierarchy: CgroupHierarchy,
  directory: string,
  reading: CgroupReading,
  before?: CgroupFacts,
): CgroupFacts | undefined {
  const inode = inodeOf(directory);
  if (inode === undefined) return undefined;
  const known = before?.inode === inode ? before : undefined;
  const fresh = reading.limits || !known;
  const controllers =
    hierarchy.version === 1
      ? hierarchy.name.split(",")
      : known && !fresh
        ? known.controllers
        : readWords(`${directory}/cgroup.controllers`);
  const place = { directory, version: hierarchy.version, controllers };
  return {
    hierarchy: hierarchy.name,
    version: hierarchy.version,
    path: directory === hierarchy.mountPoint ? "/" : directory.slice(hierarchy.mountPoint.length),
    directory,
    inode,
    controllers,
    subtreeControl:
      hierarchy.version === 1
        ? []
        : known && !fresh
          ? known.subtreeControl
          : readWords(`${directory}/cgroup.subtree_control`),
    limits: known && !fresh ? known.limits : readLimits(place),
    usage: reading.usage ? readUsage(place) : (known?.usage ?? {}),
    // v1 is FREEZING for as long as a process has yet to come to a stop, and says nothing when it has.
    frozen: known && !fresh && !reading.usage ? known.frozen : readFrozen(place),
  };
}

function inodeOf(directory: string): number | undefined {
  return statSync(directory, { throwIfNoEntry: false })?.ino;
}
