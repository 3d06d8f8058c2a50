/**
 * Where a container's cgroup lives: `linux.cgroupsPath` laid into every tree of this machine (runtime-spec config-linux,
 * "Cgroups Path"), and which directories that takes. `writes.ts` next says what to write there.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import type { CgroupLayout, Hierarchy } from "./layout.ts";
import { isWritable } from "./writable.ts";

/** One directory of the container, in one tree. */
export interface CgroupDirectory {
  version: 1 | 2;
  controllers: string[];
  mountPoint: string;
  /** Below the mount point: what the container's `/proc/self/cgroup` will say. */
  path: string;
  /** Absolute. */
  directory: string;
  /** As in `Hierarchy`. */
  weighsIo?: true;
}

/** What a directory's surroundings hold now, for the pure half to plan by. */
export interface CgroupSurvey {
  /** Directories to make, outermost first; empty when the container's own exists already. */
  make: string[];
  /** v2: controllers already passed on by each existing directory from the tree's root to the parent. */
  passedOn: Record<string, string[]>;
  /** v2: those of them that the caller may not have pass more on. */
  closed?: string[];
  /** v1 cpuset: what the nearest existing directory has. */
  cpuset?: { cpus: string; mems: string };
}

/**
 * Pure. Absolute paths count from each tree's root. Relative and absent ones (then the id is the name) count from the
 * caller's own cgroup on v1, and from the parent of it on v2, where a cgroup with processes may not pass controllers on
 * (the "no internal processes" rule, man 7 cgroups). On a hybrid machine only v1's trees are used.
 * @throws GlassboxError invalid argument for a tree's root; not supported for systemd's `slice:prefix:name` form: `systemd-unit.ts` reads that
 */
export function placeCgroup(layout: CgroupLayout, cgroupsPath: string | undefined, id: string): CgroupDirectory[] {
  if (cgroupsPath && /^[^/]*:[^/]*:/.test(cgroupsPath)) {
    throw new GlassboxError(
      "not supported",
      `Cannot use /linux/cgroupsPath "${cgroupsPath}": it is in systemd's form, slice:prefix:name`,
      {
        hint: "Give --systemd-cgroup before the command where systemd runs, or use a path such as /glassbox/web",
      },
    );
  }
  const wanted = layout.mode === "v2" ? layout.hierarchies : layout.hierarchies.filter(({ version }) => version === 1);
  return wanted.map((tree) => {
    const path = pathInTree(tree, cgroupsPath || id);
    if (path === "/") {
      throw new GlassboxError(
        "invalid argument",
        `Cannot use /linux/cgroupsPath "${cgroupsPath}": it is the root of the cgroup tree, which holds all processes`,
        { hint: "Name a group for this container alone, such as /glassbox/web" },
      );
    }
    const { ownPath: _ownPath, ...kept } = tree;
    return { ...kept, path, directory: join(tree.mountPoint, path) };
  });
}

/** Reads what is around a directory that `placeCgroup` named. */
export function surveyCgroup(place: CgroupDirectory): CgroupSurvey {
  const make: string[] = [];
  let existing = place.directory;
  while (!existsSync(existing) && existing !== place.mountPoint) {
    make.unshift(existing);
    existing = dirname(existing);
  }
  const survey: CgroupSurvey = { make, passedOn: {} };
  if (place.version === 2) {
    const nearest = make.length === 0 ? dirname(place.directory) : existing;
    for (const directory of ancestors(place.mountPoint, nearest)) {
      survey.passedOn[directory] = words(read(`${directory}/cgroup.subtree_control`));
    }
    const lacking = Object.entries(survey.passedOn).filter(([, passed]) =>
      place.controllers.some((name) => !passed.includes(name)),
    );
    const closed = lacking.map(([directory]) => directory);
    survey.closed = closed.filter((directory) => !isWritable(`${directory}/cgroup.subtree_control`));
  } else if (place.controllers.includes("cpuset")) {
    survey.cpuset = { cpus: read(`${existing}/cpuset.cpus`).trim(), mems: read(`${existing}/cpuset.mems`).trim() };
  }
  return survey;
}

/** Directories from a tree's root down to `directory`, both included. */
export function ancestors(mountPoint: string, directory: string): string[] {
  const below = directory
    .slice(mountPoint.length)
    .split("/")
    .filter((part) => part !== "");
  return [mountPoint, ...below.map((_, index) => join(mountPoint, ...below.slice(0, index + 1)))];
}

function pathInTree(tree: Hierarchy, wanted: string): string {
  // A leading slash first, so that ".." cannot climb out of the tree.
  const clean = normalize(`/${wanted}`);
  if (wanted.startsWith("/")) return clean;
  return join(tree.version === 2 ? dirname(tree.ownPath) : tree.ownPath, clean);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The directory may be gone by now; planning with nothing known is right then.
    return "";
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
