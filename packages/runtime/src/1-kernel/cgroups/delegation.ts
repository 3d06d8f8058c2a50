/**
 * Whether the caller may make a cgroup at all: root may anywhere, anybody else only where a group has been handed over
 * to them (man 7 cgroups, "Delegation"). Asked before a plan is made, since without root a container may go without.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CgroupLayout } from "./layout.ts";
import type { CgroupDirectory } from "./place.ts";
import { isWritable } from "./writable.ts";

/** May the caller make this directory, and put a process of its own into it? */
export function mayMakeCgroup(layout: CgroupLayout, place: CgroupDirectory): boolean {
  let existing = place.directory;
  while (!existsSync(existing) && existing !== place.mountPoint) existing = dirname(existing);
  if (!isWritable(existing)) return false;
  return mayMoveTo(layout, place);
}

/** May the caller put a process that is where it is itself into this cgroup, if it may write to it? */
export function mayMoveTo(
  layout: CgroupLayout,
  place: Pick<CgroupDirectory, "version" | "mountPoint" | "path">,
): boolean {
  if (place.version === 1) return true;
  // v2 also asks for leave to move processes within the smallest group that holds both ends of the move.
  const own = layout.hierarchies.find(({ mountPoint }) => mountPoint === place.mountPoint)?.ownPath ?? "/";
  return isWritable(join(place.mountPoint, commonAncestor(own, place.path), "cgroup.procs"));
}

/** Pure: the longest path that both are, or are below. */
export function commonAncestor(a: string, b: string): string {
  const parts = (path: string) => path.split("/").filter((part) => part !== "");
  const others = parts(b);
  const different = parts(a).findIndex((part, index) => part !== others[index]);
  return `/${parts(a)
    .slice(0, different < 0 ? undefined : different)
    .join("/")}`;
}
