/**
 * What a check may look at: the kernel graph as it stands, whose doing each object is, and files through one thin
 * reader. `evaluate.ts` is a plain function over this; tests make one by hand from a few nodes.
 */
import type { GraphNode, NodeId } from "@glassbox/protocol";

/** One file as `lstat` and a bounded read show it. */
export interface FileFacts {
  /** Absolute path that was looked at. */
  path: string;
  exists: boolean;
  type?: "file" | "directory" | "symbolic link" | "character device" | "block device" | "fifo" | "socket";
  size?: number;
  /** Permission bits, octal: "0644". */
  mode?: string;
  uid?: number;
  /** "major:minor" of a device file. */
  device?: string;
  /** At most the first 256 KiB: no lab's file is longer, and a learner may point it at /dev/zero. */
  text?: string;
}

/** Reads a file as a process sees it: `pid` is that process, absent for the agent's own view. */
export type FileReader = (path: string, pid: number | undefined) => FileFacts;

export interface KernelView {
  nodes: ReadonlyMap<NodeId, GraphNode>;
  /** Lab whose learner's objects count as `mine`. */
  lab: string;
  workDir: string;
  /** Path of the lab's own cgroup in each hierarchy, by the hierarchy's name in the graph. */
  cgroupBases: ReadonlyMap<string, string>;
  /** The process that starts the learner's shells; its namespaces are what `host` means. */
  hostPid: number;
  readFile: FileReader;
}

/** The learner's own: what the observer traced to this lab's terminals, or what stands inside the lab's places. */
export function isMine(view: KernelView, node: GraphNode): boolean {
  if (node.origin === "learner" && node.lab === view.lab) return true;
  if (node.kind === "cgroup") return labPathOf(view, node.hierarchy, node.path) !== undefined;
  if (node.kind === "mount") return node.mountPoint.startsWith(`${view.workDir}/`);
  return node.kind === "container" && (node.bundle ?? "").startsWith(`${view.workDir}/`);
}

/** `/box` for a cgroup `box` below the lab's own, the empty string for the lab's own, undefined outside. */
export function labPathOf(view: KernelView, hierarchy: string, path: string): string | undefined {
  const base = view.cgroupBases.get(hierarchy);
  if (base === undefined || !(path === base || path.startsWith(`${base}/`))) return undefined;
  return path.slice(base.length);
}
