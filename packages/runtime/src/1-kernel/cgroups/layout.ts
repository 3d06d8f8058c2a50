/**
 * How cgroups are mounted on this machine: v2's one tree, v1's tree per controller, or both at once. Read from
 * `mountinfo` and `/proc/self/cgroup`, never guessed from paths. `place.ts` next says where a container goes in it.
 */
import { existsSync, readFileSync } from "node:fs";
import { parseMountinfo } from "../mountinfo.ts";
import { parseProcCgroup } from "../procfs/cgroup.ts";

/** `v1`: every controller on v1; `hybrid`: v1's beside a v2 tree; `v2`: unified. As in the machine's own description. */
export type CgroupMode = "v1" | "hybrid" | "v2" | "none";

export interface Hierarchy {
  version: 1 | 2;
  /** v1: the controllers (or `name=systemd`) of this tree; v2: what the root's `cgroup.controllers` offers. */
  controllers: string[];
  mountPoint: string;
  /** Where the calling process is in it, from its mount point: `/`, `/user.slice`. */
  ownPath: string;
  /** v2: disks can be shared by weight whatever their scheduler (blk-iocost); without it only BFQ can. */
  weighsIo?: true;
}

export interface CgroupLayout {
  mode: CgroupMode;
  hierarchies: Hierarchy[];
}

/** The text of the two files that tell, and v2's controllers by mount point. */
export interface CgroupSources {
  mountinfo: string;
  procSelfCgroup: string;
  unifiedControllers(mountPoint: string): string[];
  weighsIo?(mountPoint: string): boolean;
}

/** Pure: what those files say. */
export function detectCgroupLayout(sources: CgroupSources): CgroupLayout {
  const own = parseProcCgroup(sources.procSelfCgroup);
  const hierarchies: Hierarchy[] = [];
  for (const { fsType, root, mountPoint, superOptions } of parseMountinfo(sources.mountinfo, ["cgroup", "cgroup2"])) {
    if (hierarchies.some((known) => known.mountPoint === mountPoint)) continue;
    const version = fsType === "cgroup2" ? 2 : 1;
    const membership = own.find(({ hierarchy }) =>
      version === 2
        ? hierarchy === "unified"
        : hierarchy !== "unified" && hierarchy.split(",").every((name) => superOptions.includes(name)),
    );
    if (!membership) continue;
    hierarchies.push({
      version,
      controllers: version === 2 ? sources.unifiedControllers(mountPoint) : membership.hierarchy.split(","),
      mountPoint,
      ownPath: pathBelowRoot(membership.path, root),
      ...(version === 2 && sources.weighsIo?.(mountPoint) ? { weighsIo: true } : {}),
    });
  }
  return { mode: modeOf(hierarchies), hierarchies };
}

/** Reads this machine's layout for the calling process. */
export function readCgroupLayout(): CgroupLayout {
  return detectCgroupLayout({
    mountinfo: readFileSync("/proc/self/mountinfo", "utf8"),
    procSelfCgroup: readFileSync("/proc/self/cgroup", "utf8"),
    unifiedControllers: (mountPoint) =>
      readFileSync(`${mountPoint}/cgroup.controllers`, "utf8")
        .split(/\s+/)
        .filter((name) => name !== ""),
    // A file of the tree's root, there when the kernel was built with blk-iocost.
    weighsIo: (mountPoint) => existsSync(`${mountPoint}/io.cost.qos`),
  });
}

function modeOf(hierarchies: Hierarchy[]): CgroupMode {
  const v1 = hierarchies.some(({ version }) => version === 1);
  const v2 = hierarchies.some(({ version }) => version === 2);
  if (v1) return v2 ? "hybrid" : "v1";
  return v2 ? "v2" : "none";
}

/** In a container, a mount shows only part of the tree, and `/proc/self/cgroup` may name the path from the real root. */
function pathBelowRoot(path: string, root: string): string {
  if (path.startsWith("/..")) return "/";
  if (root === "/") return path;
  if (path === root) return "/";
  return path.startsWith(`${root}/`) ? path.slice(root.length) : path;
}
