/**
 * The kernel graph as it travels from agent to browser: the objects the kernel has right now, each under an id the
 * kernel itself would recognise. The agent's `observe/` fills it from procfs, mountinfo and cgroupfs; the web's
 * `graph/model` folds it with a pure reducer. Read `live.ts` next for how it is sent.
 */
import { z } from "zod";

/**
 * Stable ids, one form a kind:
 * - process    `proc:PID@STARTTIME`   (start time in clock ticks since boot, field 22 of /proc/PID/stat: pids are reused)
 * - namespace  `ns:TYPE:INODE`        (what `readlink /proc/PID/ns/TYPE` prints)
 * - cgroup     `cgroup:HIERARCHY:INODE` (HIERARCHY is `unified` or the v1 controllers, as in /proc/PID/cgroup)
 * - mount      `mount:MNTNS_INODE:MOUNT_ID`
 * - container  `container:RUNTIME:ID`
 */
export const NodeId = z.string().min(1).max(512);
export type NodeId = z.infer<typeof NodeId>;

export const NamespaceType = z.enum(["mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time"]);
export type NamespaceType = z.infer<typeof NamespaceType>;

/** Whose doing an object is: the machine's own, the learner's (made under a lab terminal), or Glassbox's own agent. */
export const Origin = z.enum(["host", "learner", "glassbox"]);
export type Origin = z.infer<typeof Origin>;

const common = {
  id: NodeId,
  origin: Origin,
  /** Lab whose terminal this came from; only on `learner` objects. */
  lab: z.string().optional(),
  /** Milliseconds since the epoch at which the agent first saw it. */
  firstSeenMs: z.number(),
};

export const ProcessNode = z.object({
  ...common,
  kind: z.literal("process"),
  pid: z.number().int(),
  /** Pids from the host's pid namespace inwards (`NSpid` of /proc/PID/status); the last is what the process itself sees. */
  nsPids: z.array(z.number().int()),
  /** Parent process, absent for pid 1 and kernel threads. */
  parent: NodeId.optional(),
  /** `comm`: at most 15 bytes. */
  comm: z.string(),
  argv: z.array(z.string()),
  /** One letter as in /proc/PID/stat: R, S, D, T, Z ... */
  state: z.string(),
  uid: z.number().int(),
  gid: z.number().int(),
  /** Effective, permitted, inheritable, bounding, ambient capability masks, in hex as the kernel prints them. */
  capabilities: z.object({
    effective: z.string(),
    permitted: z.string(),
    inheritable: z.string(),
    bounding: z.string(),
    ambient: z.string(),
  }),
  /** 0 none, 1 strict, 2 filter. */
  seccompMode: z.number().int(),
  noNewPrivs: z.boolean(),
  /** The namespaces it is in; a type is absent where the kernel would not let the agent look. */
  namespaces: z.partialRecord(NamespaceType, NodeId),
  /** Where `ns/pid_for_children` points, when that is not its own pid namespace. */
  pidForChildren: NodeId.optional(),
  cgroups: z.array(NodeId),
  /** Target of /proc/PID/root and /proc/PID/cwd as seen from the host. */
  root: z.string(),
  cwd: z.string(),
  rssBytes: z.number().int(),
});
export type ProcessNode = z.infer<typeof ProcessNode>;

export const IdMapLine = z.object({ inside: z.number().int(), outside: z.number().int(), length: z.number().int() });
export type IdMapLine = z.infer<typeof IdMapLine>;

export const NamespaceNode = z.object({
  ...common,
  kind: z.literal("namespace"),
  type: NamespaceType,
  inode: z.number().int(),
  /** True for the namespace pid 1 of the machine is in. */
  initial: z.boolean(),
  /** User namespace that owns it (NS_GET_USERNS), when the kernel tells. */
  owner: NodeId.optional(),
  /** Enclosing namespace (NS_GET_PARENT): only pid and user namespaces nest. */
  parent: NodeId.optional(),
  memberCount: z.number().int(),
  /** What keeps it alive besides members: paths of bind mounts, `pid:fd` of open descriptors. */
  heldBy: z.array(z.string()),
  uidMap: z.array(IdMapLine).optional(),
  gidMap: z.array(IdMapLine).optional(),
  /** uts only. */
  hostname: z.string().optional(),
});
export type NamespaceNode = z.infer<typeof NamespaceNode>;

export const CgroupNode = z.object({
  ...common,
  kind: z.literal("cgroup"),
  /** `unified` for v2, else the v1 controllers joined by commas, or `name=systemd`. */
  hierarchy: z.string(),
  version: z.union([z.literal(1), z.literal(2)]),
  /** Path below the hierarchy's mount point; the root is `/`. */
  path: z.string(),
  inode: z.number().int(),
  parent: NodeId.optional(),
  /** cgroup.controllers on v2; the hierarchy's own on v1. */
  controllers: z.array(z.string()),
  /** cgroup.subtree_control on v2; empty on v1. */
  subtreeControl: z.array(z.string()),
  pids: z.array(z.number().int()),
  /** Absent means the kernel says "max" or has no such controller here. */
  limits: z.object({
    memoryMaxBytes: z.number().optional(),
    memoryHighBytes: z.number().optional(),
    pidsMax: z.number().optional(),
    /** Microseconds of CPU time per period. */
    cpuQuotaUs: z.number().optional(),
    cpuPeriodUs: z.number().optional(),
    cpuWeight: z.number().optional(),
    cpuShares: z.number().optional(),
  }),
  usage: z.object({
    memoryBytes: z.number().optional(),
    pidsCurrent: z.number().optional(),
    cpuUsageUs: z.number().optional(),
    throttledCount: z.number().optional(),
    /** How long some process was ready to run and did not: `some total` of cpu.pressure. Absent without PSI, and on v1. */
    cpuWaitedUs: z.number().optional(),
    oomKillCount: z.number().optional(),
    pidsMaxHits: z.number().optional(),
  }),
  frozen: z.boolean(),
});
export type CgroupNode = z.infer<typeof CgroupNode>;

export const OverlayLayers = z.object({
  /** Topmost first, as in the `lowerdir` option. */
  lower: z.array(z.string()),
  upper: z.string().optional(),
  work: z.string().optional(),
});
export type OverlayLayers = z.infer<typeof OverlayLayers>;

/** One line of /proc/PID/mountinfo (man 5 proc_pid_mountinfo), in the namespace it was read from. */
export const MountNode = z.object({
  ...common,
  kind: z.literal("mount"),
  namespace: NodeId,
  mountId: z.number().int(),
  parent: NodeId.optional(),
  /** major:minor of the file system. */
  device: z.string(),
  /** Which directory of that file system is mounted here. */
  root: z.string(),
  mountPoint: z.string(),
  options: z.array(z.string()),
  superOptions: z.array(z.string()),
  fsType: z.string(),
  source: z.string(),
  /** Peer group this mount shares events with, receives events from. */
  sharedGroup: z.number().int().optional(),
  masterGroup: z.number().int().optional(),
  overlay: OverlayLayers.optional(),
});
export type MountNode = z.infer<typeof MountNode>;

export const ContainerNode = z.object({
  ...common,
  kind: z.literal("container"),
  containerId: z.string(),
  /** Who runs it: a known runtime, or `by hand` for a process in namespaces of its own that no runtime claims. */
  runtime: z.enum(["glassbox", "runc", "crun", "containerd", "CRI-O", "podman", "docker", "by hand"]),
  /** The container's first process; absent when it has ended. */
  init: NodeId.optional(),
  status: z.enum(["creating", "created", "running", "paused", "stopped"]),
  bundle: z.string().optional(),
});
export type ContainerNode = z.infer<typeof ContainerNode>;

export const GraphNode = z.discriminatedUnion("kind", [
  ProcessNode,
  NamespaceNode,
  CgroupNode,
  MountNode,
  ContainerNode,
]);
export type GraphNode = z.infer<typeof GraphNode>;
export type NodeKind = GraphNode["kind"];

/** Both forms are idempotent: a `put` replaces the whole node, a `remove` of an unknown id is nothing. */
export const GraphChange = z.discriminatedUnion("op", [
  z.object({ op: z.literal("put"), node: GraphNode }),
  z.object({ op: z.literal("remove"), id: NodeId }),
]);
export type GraphChange = z.infer<typeof GraphChange>;
