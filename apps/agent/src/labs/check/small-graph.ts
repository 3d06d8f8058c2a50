/**
 * A kernel graph of a few nodes, for tests: a host with its agent, a learner's shell, and whatever a test adds. Whole nodes,
 * so that a test says only what it is about.
 */
import type { CgroupNode, GraphNode, MountNode, NamespaceNode, NamespaceType, ProcessNode } from "@glassbox/protocol";
import type { FileFacts, KernelView } from "./kernel-view.ts";

export const AGENT_PID = 100;
export const WORK_DIR = "/var/lib/glassbox/lab/test";

const hostNamespaces: Record<NamespaceType, string> = {
  mnt: "ns:mnt:1",
  uts: "ns:uts:2",
  ipc: "ns:ipc:3",
  pid: "ns:pid:4",
  net: "ns:net:5",
  user: "ns:user:6",
  cgroup: "ns:cgroup:7",
  time: "ns:time:8",
};

const learner = { origin: "learner", lab: "test", firstSeenMs: 1000 } as const;

export function processNode(pid: number, given: Partial<ProcessNode> = {}): ProcessNode {
  const none = "0000000000000000";
  return {
    id: `proc:${pid}@${pid}`,
    kind: "process",
    ...learner,
    pid,
    nsPids: [pid],
    comm: "bash",
    argv: ["bash"],
    state: "S",
    uid: 0,
    gid: 0,
    capabilities: {
      effective: "000001ffffffffff",
      permitted: "000001ffffffffff",
      inheritable: none,
      bounding: "000001ffffffffff",
      ambient: none,
    },
    seccompMode: 0,
    noNewPrivs: false,
    namespaces: hostNamespaces,
    cgroups: [],
    root: "/",
    cwd: WORK_DIR,
    rssBytes: 0,
    ...given,
  };
}

export function namespaceNode(type: NamespaceType, inode: number, given: Partial<NamespaceNode> = {}): NamespaceNode {
  return {
    id: `ns:${type}:${inode}`,
    kind: "namespace",
    ...learner,
    type,
    inode,
    initial: false,
    memberCount: 1,
    heldBy: [],
    ...given,
  };
}

export function mountNode(namespace: string, mountPoint: string, given: Partial<MountNode> = {}): MountNode {
  return {
    id: `mount:${namespace}:${mountPoint}`,
    kind: "mount",
    ...learner,
    namespace,
    mountId: 1,
    device: "0:1",
    root: "/",
    mountPoint,
    options: ["rw"],
    superOptions: ["rw"],
    fsType: "tmpfs",
    source: "tmpfs",
    ...given,
  };
}

export function cgroupNode(path: string, given: Partial<CgroupNode> = {}): CgroupNode {
  return {
    id: `cgroup:unified:${path}`,
    kind: "cgroup",
    ...learner,
    hierarchy: "unified",
    version: 2,
    path,
    inode: 1,
    controllers: ["cpu", "memory", "pids"],
    subtreeControl: [],
    pids: [],
    limits: {},
    usage: {},
    frozen: false,
    ...given,
  };
}

/** The host's agent and namespaces, a learner's shell (pid 200), and `more`. */
export function viewOf(more: GraphNode[], files: Record<string, Partial<FileFacts>> = {}): KernelView {
  const host = { origin: "host", lab: undefined, firstSeenMs: 0, initial: true } as const;
  const nodes: GraphNode[] = [
    { ...processNode(AGENT_PID, { comm: "node", argv: ["node"] }), origin: "glassbox" },
    ...Object.entries(hostNamespaces).map(([type, id]) => {
      const { lab: _, ...namespace } = namespaceNode(type as NamespaceType, Number(id.split(":")[2]));
      return { ...namespace, origin: host.origin, initial: true };
    }),
    processNode(200),
    ...more,
  ];
  return {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    lab: "test",
    workDir: WORK_DIR,
    cgroupBases: new Map([["unified", "/glassbox/test"]]),
    hostPid: AGENT_PID,
    readFile: (path, pid) => {
      const facts = files[pid === undefined ? path : `${pid}:${path}`];
      return { path, exists: facts !== undefined, ...facts };
    },
  };
}
