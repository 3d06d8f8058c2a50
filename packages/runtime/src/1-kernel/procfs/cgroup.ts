/**
 * `/proc/PID/cgroup` (man 7 cgroups): which cgroup of each hierarchy a process is in, as `ID:CONTROLLERS:PATH` lines.
 * The unified hierarchy is the line `0::PATH`.
 */
import { readProcFile } from "./proc-file.ts";

export interface CgroupMembership {
  /** `unified`, or the v1 controllers as the kernel lists them (`cpu,cpuacct`), or `name=systemd`. */
  hierarchy: string;
  /** Relative to the root of the reader's cgroup namespace; begins with `/..` when it lies outside. */
  path: string;
}

/** Reads the text of `cgroup`. A path may itself hold colons; ` (deleted)` after a removed cgroup's path is dropped. */
export function parseProcCgroup(text: string): CgroupMembership[] {
  const memberships: CgroupMembership[] = [];
  for (const line of text.split("\n")) {
    const first = line.indexOf(":");
    const second = line.indexOf(":", first + 1);
    if (first < 0 || second < 0) continue;
    const controllers = line.slice(first + 1, second);
    memberships.push({
      hierarchy: controllers === "" ? "unified" : controllers,
      path: line.slice(second + 1).replace(/ \(deleted\)$/, ""),
    });
  }
  return memberships;
}

/** Undefined when there is no such process (any more). */
export function readProcCgroup(pid: number | "self"): CgroupMembership[] | undefined {
  const text = readProcFile(`/proc/${pid}/cgroup`);
  return text === undefined ? undefined : parseProcCgroup(text);
}
