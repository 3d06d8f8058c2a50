/** What each kind of object is, in words for people who meet it for the first time and right for those who know it. */
import type { NamespaceType, NodeKind } from "@glassbox/protocol";

/** Order in which namespace types are always shown, so that eyes learn the places. */
export const namespaceTypes: readonly NamespaceType[] = ["mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time"];

/** `gives` completes "A namespace of its own gives a process ...". */
export const NAMESPACE_WORDS: Record<NamespaceType, { short: string; title: string; gives: string }> = {
  mnt: { short: "mount", title: "Mount namespace", gives: "its own list of mounted file systems" },
  uts: { short: "UTS", title: "UTS namespace", gives: "its own hostname" },
  ipc: { short: "IPC", title: "IPC namespace", gives: "its own shared memory, semaphores and message queues" },
  pid: { short: "PID", title: "PID namespace", gives: "its own process numbers, beginning at 1" },
  net: { short: "network", title: "Network namespace", gives: "its own network interfaces, addresses and ports" },
  user: { short: "user", title: "User namespace", gives: "its own user numbers and privileges" },
  cgroup: { short: "cgroup", title: "Cgroup namespace", gives: "its own view of where the cgroup tree begins" },
  time: { short: "time", title: "Time namespace", gives: "its own uptime clocks" },
};

export const KIND_WORDS: Record<NodeKind, { one: string; many: string; plain: string }> = {
  process: { one: "process", many: "processes", plain: "A running program: what the command ps lists." },
  namespace: {
    one: "namespace",
    many: "namespaces",
    plain: "A separate view of one part of the system. Processes inside see only theirs.",
  },
  cgroup: { one: "cgroup", many: "cgroups", plain: "A group of processes that the kernel counts and limits together." },
  mount: { one: "mount", many: "mounts", plain: "A file system attached at a directory." },
  container: {
    one: "container",
    many: "containers",
    plain: "Not a kernel object: a process with namespaces, a cgroup and a root of its own.",
  },
};

export const ORIGIN_WORDS = {
  learner: "Made by you",
  host: "The machine's own",
  glassbox: "Glassbox itself",
} as const;

/** What the letter in /proc/PID/stat means (man 5 proc_pid_stat). */
export const STATE_WORDS: Record<string, string> = {
  R: "running",
  S: "sleeping, waiting for something",
  D: "held in the kernel (a disk, a freezer), cannot be interrupted",
  T: "stopped",
  t: "stopped by a debugger",
  Z: "ended, waiting for its parent to collect it (zombie)",
  X: "dead",
  I: "idle kernel thread",
};
