/**
 * For every object, the shell commands that show the same facts: nothing in the picture has to be believed. The
 * explorer prints them beside an object's details, ready to copy.
 */
import type { CgroupNode, GraphNode, NodeId } from "@glassbox/protocol";
import { memberOf } from "./selection.ts";

export interface ShellCommand {
  command: string;
  /** What it prints, in a few words. */
  shows: string;
}

/** `cgroupMode` tells where cgroup trees are mounted on this machine (see MachineInfo). */
export function shellCommandsFor(
  node: GraphNode,
  nodes: ReadonlyMap<NodeId, GraphNode>,
  cgroupMode: "v1" | "hybrid" | "v2" | "none",
): ShellCommand[] {
  switch (node.kind) {
    case "process":
      return [
        { command: `cat /proc/${node.pid}/status`, shows: "numbers, user, capabilities, seccomp" },
        { command: `ls -l /proc/${node.pid}/ns`, shows: "the namespaces it is in" },
        { command: `cat /proc/${node.pid}/cgroup`, shows: "the cgroups it is in" },
        { command: `readlink /proc/${node.pid}/root /proc/${node.pid}/cwd`, shows: "its root and working directory" },
      ];
    case "namespace": {
      const member = memberOf(node.id, nodes);
      const list = { command: `lsns --type ${node.type}`, shows: "all namespaces of this type" };
      if (!member) return [list];
      const commands = [
        { command: `readlink /proc/${member.pid}/ns/${node.type}`, shows: "type and inode of this namespace" },
        list,
      ];
      if (node.type === "uts") {
        commands.push({ command: `nsenter --target ${member.pid} --uts hostname`, shows: "the hostname inside" });
      } else if (node.type === "user") {
        commands.push({ command: `cat /proc/${member.pid}/uid_map`, shows: "user numbers inside, outside, how many" });
      } else if (node.type === "mnt") {
        commands.push({ command: `cat /proc/${member.pid}/mountinfo`, shows: "the mounts inside" });
      } else if (node.type === "net") {
        commands.push({ command: `nsenter --target ${member.pid} --net ip address`, shows: "the interfaces inside" });
      }
      return commands;
    }
    case "cgroup": {
      const directory = quoted(cgroupDirectory(node, cgroupMode));
      return [
        { command: `cat ${directory}/cgroup.procs`, shows: "the processes in it" },
        ...cgroupFiles(node).map(({ file, shows }) => ({ command: `cat ${directory}/${file}`, shows })),
      ];
    }
    case "mount": {
      const member = memberOf(node.namespace, nodes);
      const of = member?.pid ?? "self";
      return [
        { command: `grep '^${node.mountId} ' /proc/${of}/mountinfo`, shows: "the kernel's own line for this mount" },
        { command: `findmnt --task ${of === "self" ? 1 : of}`, shows: "the whole tree of mounts" },
      ];
    }
    case "container": {
      const runtime = { glassbox: "glassrun", runc: "runc", crun: "crun" } as const;
      const program = runtime[node.runtime as keyof typeof runtime];
      return program
        ? [{ command: `${program} state ${node.containerId}`, shows: "its state as the runtime keeps it" }]
        : [];
    }
  }
}

/** Directory of a cgroup in the file system. v1 trees are mounted by controller; on hybrid, v2 is under `unified`. */
function cgroupDirectory(node: CgroupNode, cgroupMode: "v1" | "hybrid" | "v2" | "none"): string {
  const path = node.path === "/" ? "" : node.path;
  if (node.version === 2) return `/sys/fs/cgroup${cgroupMode === "hybrid" ? "/unified" : ""}${path}`;
  return `/sys/fs/cgroup/${node.hierarchy.replace(/^name=/, "")}${path}`;
}

function cgroupFiles(node: CgroupNode): { file: string; shows: string }[] {
  const files: { file: string; shows: string }[] = [];
  const two = node.version === 2;
  if (node.controllers.includes("memory")) {
    files.push({ file: two ? "memory.max" : "memory.limit_in_bytes", shows: "the memory limit" });
    files.push({ file: two ? "memory.current" : "memory.usage_in_bytes", shows: "the memory in use" });
  }
  if (node.controllers.includes("pids")) files.push({ file: "pids.max", shows: "how many processes it may hold" });
  if (node.controllers.includes("cpu")) {
    files.push({ file: two ? "cpu.max" : "cpu.cfs_quota_us", shows: "CPU time allowed per period" });
    files.push({ file: "cpu.stat", shows: "how often it was held back" });
  }
  return files;
}

/** Quotes a path for the shell only when it needs it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
