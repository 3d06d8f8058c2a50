/** Graph nodes for the tests of agent and page: whole ones, from the few fields that a test is about. */
import type { CgroupNode, ContainerNode, MountNode, NamespaceNode, ProcessNode } from "./graph.ts";

/** The machine's own namespaces: inode 1 of each type. */
export const INITIAL: ProcessNode["namespaces"] = {
  mnt: "ns:mnt:1",
  uts: "ns:uts:1",
  ipc: "ns:ipc:1",
  pid: "ns:pid:1",
  net: "ns:net:1",
  user: "ns:user:1",
  cgroup: "ns:cgroup:1",
  time: "ns:time:1",
};

/** A learner's shell, as root. */
export function processNode(pid: number, fields: Partial<ProcessNode> = {}): ProcessNode {
  return {
    id: `proc:${pid}@${pid}`,
    kind: "process",
    origin: "learner",
    firstSeenMs: pid,
    pid,
    nsPids: [pid],
    comm: "bash",
    argv: ["bash"],
    state: "S",
    uid: 0,
    gid: 0,
    capabilities: { effective: "ff", permitted: "ff", inheritable: "0", bounding: "ff", ambient: "0" },
    seccompMode: 0,
    noNewPrivs: false,
    namespaces: INITIAL,
    cgroups: [],
    root: "/",
    cwd: "/",
    rssBytes: 4096,
    ...fields,
  };
}

/** The machine's with inode 1, else a learner's. */
export function namespaceNode(
  type: NamespaceNode["type"],
  inode: number,
  fields: Partial<NamespaceNode> = {},
): NamespaceNode {
  return {
    id: `ns:${type}:${inode}`,
    kind: "namespace",
    origin: inode === 1 ? "host" : "learner",
    firstSeenMs: inode,
    type,
    inode,
    initial: inode === 1,
    memberCount: 1,
    heldBy: [],
    ...fields,
  };
}

/** Of the unified hierarchy, unless the fields name another. */
export function cgroupNode(path: string, fields: Partial<CgroupNode> = {}): CgroupNode {
  const hierarchy = fields.hierarchy ?? "unified";
  return {
    id: `cgroup:${hierarchy}:${path}`,
    kind: "cgroup",
    origin: "learner",
    firstSeenMs: 0,
    hierarchy,
    version: hierarchy === "unified" ? 2 : 1,
    path,
    inode: 1,
    controllers: [],
    subtreeControl: [],
    pids: [],
    limits: {},
    usage: {},
    frozen: false,
    ...fields,
  };
}

/** Of a proc file system. */
export function mountNode(namespaceInode: number, mountId: number, fields: Partial<MountNode> = {}): MountNode {
  return {
    id: `mount:${namespaceInode}:${mountId}`,
    kind: "mount",
    origin: namespaceInode === 1 ? "host" : "learner",
    firstSeenMs: 0,
    namespace: `ns:mnt:${namespaceInode}`,
    mountId,
    device: "0:20",
    root: "/",
    mountPoint: "/proc",
    options: ["rw"],
    superOptions: ["rw"],
    fsType: "proc",
    source: "proc",
    ...fields,
  };
}

/** A running one of glassrun's. */
export function containerNode(containerId: string, fields: Partial<ContainerNode> = {}): ContainerNode {
  return {
    id: `container:glassbox:${containerId}`,
    kind: "container",
    origin: "learner",
    firstSeenMs: 0,
    containerId,
    runtime: "glassbox",
    status: "running",
    ...fields,
  };
}

/** Nodes as the graph holds them. */
export function graphOf<T extends { id: string }>(...nodes: T[]): ReadonlyMap<string, T> {
  return new Map(nodes.map((node) => [node.id, node]));
}
