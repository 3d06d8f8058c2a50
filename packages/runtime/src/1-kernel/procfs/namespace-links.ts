/**
 * `/proc/PID/ns/*` (man 7 namespaces): links whose target names a namespace, `mnt:[4026531832]`. Two processes share
 * a namespace when they name the same one. The same text is what a descriptor of a namespace and the root of an nsfs
 * mount show. Who owns a namespace and what it lies in only ioctls tell: `../namespaces/`.
 */
import { readProcLink } from "./proc-file.ts";

/** All eight kinds, as their files in `/proc/PID/ns` are called. */
export const NAMESPACE_TYPES = ["mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time"] as const;
export type NamespaceKind = (typeof NAMESPACE_TYPES)[number];

export interface NamespaceName {
  type: NamespaceKind;
  /** Unique among the namespaces alive now; reused afterwards. */
  inode: number;
}

export interface NamespaceLinks {
  /** A type is absent where the kernel has no such namespaces or would not let us look. */
  own: Partial<Record<NamespaceKind, number>>;
  /** Where the next child goes; differs from `own` after `unshare` or `setns`, and is absent until that has a first process. */
  pidForChildren?: number;
  timeForChildren?: number;
}

/** Undefined for a link that names something else, such as a socket. */
export function parseNamespaceLink(target: string): NamespaceName | undefined {
  const match = /^(mnt|uts|ipc|pid|net|user|cgroup|time):\[(\d+)\]$/.exec(target);
  return match ? { type: match[1] as NamespaceKind, inode: Number(match[2]) } : undefined;
}

/** The namespaces of a process. All absent when it is gone, a zombie, or not ours to look at. */
export function readNamespaceLinks(pid: number | "self"): NamespaceLinks {
  const inodeOf = (file: string): number | undefined => {
    const target = readProcLink(`/proc/${pid}/ns/${file}`);
    return target === undefined ? undefined : parseNamespaceLink(target)?.inode;
  };
  const links: NamespaceLinks = { own: {} };
  const mount = inodeOf("mnt");
  // Access is granted for all links or for none: do not ask nine more times.
  if (mount === undefined) return links;
  links.own.mnt = mount;
  for (const type of NAMESPACE_TYPES) {
    const inode = type === "mnt" ? mount : inodeOf(type);
    if (inode !== undefined) links.own[type] = inode;
  }
  const pidForChildren = inodeOf("pid_for_children");
  if (pidForChildren !== undefined) links.pidForChildren = pidForChildren;
  const timeForChildren = inodeOf("time_for_children");
  if (timeForChildren !== undefined) links.timeForChildren = timeForChildren;
  return links;
}
