/**
 * Reads a process's cgroup files on either layout: v1 has a tree for each controller, v2 one for all. A rule names the
 * file in both worlds and gets the value from the one this machine has for that controller.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MachineCannot } from "./box.ts";

/** A file by controller: `["memory.limit_in_bytes", "memory.max"]`; undefined where that version has no such file. */
export interface CgroupFile {
  controller: string;
  v1?: string;
  v2?: string;
}

interface Tree {
  version: 1 | 2;
  mountPoint: string;
}

/** Which version has this controller here. @throws MachineCannot when neither has */
export function versionOf(controller: string): 1 | 2 {
  return treeOf(controller).version;
}

/** Directory of the process's cgroup in the tree of `controller`. */
export function cgroupOf(pid: number, controller: string): string {
  const { version, mountPoint } = treeOf(controller);
  for (const line of readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n")) {
    const [, controllers = "", ...path] = line.split(":");
    if (version === 2 ? controllers === "" : controllers.split(",").includes(controller)) {
      return join(mountPoint, path.join(":"));
    }
  }
  throw new Error(`Process ${pid} is in no cgroup for "${controller}"`);
}

/** The value without its newline. @throws MachineCannot when this version has no such file */
export function readCgroup(pid: number, file: CgroupFile): string {
  const name = versionOf(file.controller) === 2 ? file.v2 : file.v1;
  if (name === undefined) throw new MachineCannot(`cgroup v${versionOf(file.controller)} has no such setting`);
  return readFileSync(join(cgroupOf(pid, file.controller), name), "utf8").trim();
}

function treeOf(controller: string): Tree {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  for (const [, mountPoint = "", type, options = ""] of mounts) {
    if (type === "cgroup" && options.split(",").includes(controller)) return { version: 1, mountPoint };
    if (type === "cgroup2" && controllersOf(mountPoint).includes(controller)) return { version: 2, mountPoint };
  }
  throw new MachineCannot(`no cgroup tree with the controller "${controller}" is mounted`);
}

function controllersOf(mountPoint: string): string[] {
  // freezer and devices are part of v2 itself, not controllers in its list.
  return [...readFileSync(join(mountPoint, "cgroup.controllers"), "utf8").trim().split(" "), "freezer", "devices"];
}
