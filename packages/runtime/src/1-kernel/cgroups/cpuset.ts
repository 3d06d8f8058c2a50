/** The cpuset controller: which processors and memory nodes a group may use. */
import type { CgroupLimits, Controller, FileWrite } from "./limits.ts";

function writes({ cpu = {} }: CgroupLimits): FileWrite[] {
  const found: FileWrite[] = [];
  if (cpu.cpus) {
    found.push({
      file: "cpuset.cpus",
      value: cpu.cpus,
      why: "Run these processes on these processors only",
      from: "/cpu/cpus",
    });
  }
  if (cpu.mems) {
    found.push({
      file: "cpuset.mems",
      value: cpu.mems,
      why: "Take their memory from these nodes only",
      from: "/cpu/mems",
    });
  }
  return found;
}

export const cpuset: Controller = { name: "cpuset", v1: writes, v2: writes };

/**
 * A new v1 cpuset is empty, and joining an empty one fails with ENOSPC, so each new directory first takes over what its
 * parent has (man 7 cpuset). v2 inherits by itself.
 */
export function inheritCpuset(parent: { cpus: string; mems: string }): FileWrite[] {
  const why = "A new v1 cpuset is empty and nothing may join it: start from the parent's";
  return [
    { file: "cpuset.cpus", value: parent.cpus, why, from: "/cpu/cpus" },
    { file: "cpuset.mems", value: parent.mems, why, from: "/cpu/mems" },
  ];
}
