/**
 * Every field a condition may name, by kind of object: how to read it from a graph node and what to call it in a
 * sentence. A field that is itself an object (`P.ns.uts`, `C.init`) can be followed further. The linter and the
 * evaluator both walk this table, so a field that is not here is a mistake with a line number, not a check that never
 * passes.
 */
import type {
  CgroupNode,
  ContainerNode,
  GraphNode,
  MountNode,
  NamespaceNode,
  NamespaceType,
  NodeId,
  ProcessNode,
} from "@glassbox/protocol";
import { type FileFacts, isMine, type KernelView, labPathOf } from "./kernel-view.ts";

export type ObjectKind = GraphNode["kind"] | "file";

/** An object a condition speaks of. When a node is `gone`, it is what was last known of it. */
export type Subject = { kind: "node"; node: GraphNode; gone: boolean } | { kind: "file"; facts: FileFacts };

export type FieldValue = string | number | boolean | string[] | { id: NodeId } | undefined;

interface Field<T> {
  /** Reads on after "with": "root directory", "UTS namespace". */
  words: string;
  /** What following the field leads to; absent for plain values. */
  leadsTo?: ObjectKind;
  read(object: T, view: KernelView): FieldValue;
}

const node = (id: NodeId | undefined): FieldValue => (id === undefined ? undefined : { id });

const NAMESPACE_WORDS: Record<NamespaceType, string> = {
  mnt: "mount namespace",
  uts: "UTS namespace",
  ipc: "IPC namespace",
  pid: "PID namespace",
  net: "network namespace",
  user: "user namespace",
  cgroup: "cgroup namespace",
  time: "time namespace",
};

const processFields: Record<string, Field<ProcessNode>> = {
  pid: { words: "pid", read: (process) => process.pid },
  parent: { words: "parent", leadsTo: "process", read: (process) => node(process.parent) },
  comm: { words: "name", read: (process) => process.comm },
  command: { words: "command line", read: (process) => process.argv.join(" ") },
  state: { words: "state", read: (process) => process.state },
  uid: { words: "user id", read: (process) => process.uid },
  root: { words: "root directory", read: (process) => process.root },
  cwd: { words: "working directory", read: (process) => process.cwd },
  pidInside: { words: "pid inside its own PID namespace", read: (process) => process.nsPids.at(-1) },
  pidDepth: { words: "number of PID namespaces that see it", read: (process) => process.nsPids.length },
  nsForChildren: {
    words: "PID namespace for its children",
    leadsTo: "namespace",
    read: (process) => node(process.pidForChildren ?? process.namespaces.pid),
  },
  capEffective: { words: "effective capabilities", read: (process) => process.capabilities.effective },
  capBounding: { words: "bounding capabilities", read: (process) => process.capabilities.bounding },
  canChroot: { words: "CAP_SYS_CHROOT", read: (process) => hasCapability(process.capabilities.effective, 18) },
  noNewPrivs: { words: "no_new_privs", read: (process) => process.noNewPrivs },
  seccomp: { words: "seccomp mode", read: (process) => process.seccompMode },
};
for (const [type, words] of Object.entries(NAMESPACE_WORDS)) {
  processFields[`ns.${type}`] = {
    words,
    leadsTo: "namespace",
    read: (process) => node(process.namespaces[type as NamespaceType]),
  };
}
for (const controller of ["memory", "pids", "cpu", "freezer"]) {
  processFields[`cgroup.${controller}`] = {
    words: `${controller} cgroup`,
    leadsTo: "cgroup",
    read: (process, view) => node(cgroupFor(process, controller, view)),
  };
}

const namespaceFields: Record<string, Field<NamespaceNode>> = {
  type: { words: "type", read: (namespace) => namespace.type },
  inode: { words: "inode", read: (namespace) => namespace.inode },
  hostname: { words: "hostname", read: (namespace) => namespace.hostname },
  members: { words: "number of processes", read: (namespace) => namespace.memberCount },
  parent: { words: "parent namespace", leadsTo: "namespace", read: (namespace) => node(namespace.parent) },
  owner: { words: "owning user namespace", leadsTo: "namespace", read: (namespace) => node(namespace.owner) },
};

const mountFields: Record<string, Field<MountNode>> = {
  ns: { words: "mount namespace", leadsTo: "namespace", read: (mount) => node(mount.namespace) },
  mountPoint: { words: "mount point", read: (mount) => mount.mountPoint },
  root: { words: "mounted directory", read: (mount) => mount.root },
  fsType: { words: "file system type", read: (mount) => mount.fsType },
  source: { words: "source", read: (mount) => mount.source },
  device: { words: "device", read: (mount) => mount.device },
  options: { words: "options", read: (mount) => mount.options },
  shared: { words: "shared propagation", read: (mount) => mount.sharedGroup !== undefined },
  peerGroup: { words: "peer group", read: (mount) => mount.sharedGroup },
  lower: { words: "lower layers", read: (mount) => mount.overlay?.lower },
  lowest: { words: "bottom layer", read: (mount) => mount.overlay?.lower.at(-1) },
  layerCount: { words: "number of lower layers", read: (mount) => mount.overlay?.lower.length },
  upper: { words: "upper directory", read: (mount) => mount.overlay?.upper },
  work: { words: "work directory", read: (mount) => mount.overlay?.work },
};

const cgroupFields: Record<string, Field<CgroupNode>> = {
  path: { words: "path", read: (cgroup) => cgroup.path },
  labPath: {
    words: "path in the lab's cgroup",
    read: (cgroup, view) => labPathOf(view, cgroup.hierarchy, cgroup.path),
  },
  controllers: { words: "controllers", read: (cgroup) => cgroup.controllers },
  processes: { words: "number of processes", read: (cgroup) => cgroup.pids.length },
  frozen: { words: "frozen", read: (cgroup) => cgroup.frozen },
  memoryMax: { words: "memory limit", read: (cgroup) => cgroup.limits.memoryMaxBytes },
  pidsMax: { words: "process limit", read: (cgroup) => cgroup.limits.pidsMax },
  cpuPercent: { words: "CPU limit in percent of one core", read: cpuPercent },
  cpuWeight: { words: "CPU weight", read: (cgroup) => cgroup.limits.cpuWeight ?? cgroup.limits.cpuShares },
  oomKills: { words: "processes killed for memory", read: (cgroup) => cgroup.usage.oomKillCount },
  pidsRefused: { words: "forks refused", read: (cgroup) => cgroup.usage.pidsMaxHits },
  throttled: { words: "periods throttled", read: (cgroup) => cgroup.usage.throttledCount },
  tellsWaiting: { words: "a count of waiting", read: (cgroup) => cgroup.usage.cpuWaitedUs !== undefined },
  cpuWaitedMs: { words: "milliseconds waited for the processor", read: cpuWaitedMs },
};

const containerFields: Record<string, Field<ContainerNode>> = {
  id: { words: "id", read: (container) => container.containerId },
  runtime: { words: "runtime", read: (container) => container.runtime },
  status: { words: "status", read: (container) => container.status },
  init: { words: "first process", leadsTo: "process", read: (container) => node(container.init) },
  bundle: { words: "bundle", read: (container) => container.bundle },
};

const fileFields: Record<string, Field<FileFacts>> = {
  exists: { words: "existence", read: (file) => file.exists },
  type: { words: "type", read: (file) => file.type },
  size: { words: "size", read: (file) => file.size },
  mode: { words: "mode", read: (file) => file.mode },
  uid: { words: "owner", read: (file) => file.uid },
  device: { words: "device number", read: (file) => file.device },
  text: { words: "text", read: (file) => file.text },
  isJson: {
    words: "being JSON",
    read: (file) => (file.text === undefined ? undefined : parsed(file) !== undefined),
  },
  lines: { words: "number of lines", read: (file) => file.text?.split("\n").filter(Boolean).length },
};

const everyNode: Record<string, Field<GraphNode>> = {
  mine: { words: "yours", read: (object, view) => isMine(view, object) },
};

const TABLES: Record<ObjectKind, Record<string, Field<never>>> = {
  process: { ...everyNode, ...processFields },
  namespace: { ...everyNode, ...namespaceFields },
  mount: { ...everyNode, ...mountFields },
  cgroup: { ...everyNode, ...cgroupFields },
  container: { ...everyNode, ...containerFields },
  file: fileFields,
};

export const OBJECT_KINDS = Object.keys(TABLES) as ObjectKind[];

/**
 * The field that begins `path`, and what is left of the path after it; undefined when there is none of that name.
 * `json.a.b` of a file is one field: what `/a/b` holds when the file's text is JSON.
 */
export function fieldAt(
  kind: ObjectKind,
  path: readonly string[],
): { field: Field<never>; rest: string[] } | undefined {
  if (kind === "file" && path[0] === "json" && path.length > 1) {
    return { field: jsonField(path.slice(1)) as Field<never>, rest: [] };
  }
  for (const length of [2, 1]) {
    const field = path.length >= length ? TABLES[kind][path.slice(0, length).join(".")] : undefined;
    if (field) return { field, rest: path.slice(length) };
  }
  return undefined;
}

export function fieldNames(kind: ObjectKind): string[] {
  return Object.keys(TABLES[kind]);
}

/** What the kernel shows for a field; undefined when it shows nothing (no such limit, no such hostname). */
export function readField(field: Field<never>, subject: Subject, view: KernelView): FieldValue {
  return field.read((subject.kind === "node" ? subject.node : subject.facts) as never, view);
}

/** What a file's text stands for as JSON; half-edited, nothing yet, and the next save is looked at again. */
function parsed(file: FileFacts): unknown {
  try {
    return JSON.parse(file.text ?? "");
  } catch {
    return undefined;
  }
}

function jsonField(path: string[]): Field<FileFacts> {
  return {
    words: `/${path.join("/")}`,
    read: (file) => {
      let value = parsed(file);
      for (const part of path) value = (value as Record<string, unknown> | undefined)?.[part];
      if (Array.isArray(value)) return value.map(String);
      return typeof value === "object" ? JSON.stringify(value) : (value as FieldValue);
    },
  };
}

/** On v1 each controller has its own hierarchy; on v2 all of them live in `unified`. */
function cgroupFor(process: ProcessNode, controller: string, view: KernelView): NodeId | undefined {
  const own = process.cgroups.flatMap((id) => {
    const found = view.nodes.get(id);
    return found?.kind === "cgroup" ? [found] : [];
  });
  const separate = own.find((cgroup) => cgroup.version === 1 && cgroup.hierarchy.split(",").includes(controller));
  return (separate ?? own.find((cgroup) => cgroup.version === 2))?.id;
}

function cpuWaitedMs({ usage }: CgroupNode): number | undefined {
  return usage.cpuWaitedUs === undefined ? undefined : Math.floor(usage.cpuWaitedUs / 1000);
}

function cpuPercent(cgroup: CgroupNode): number | undefined {
  const { cpuQuotaUs, cpuPeriodUs } = cgroup.limits;
  if (cpuQuotaUs === undefined || cpuPeriodUs === undefined || cpuQuotaUs < 0) return undefined;
  return Math.round((cpuQuotaUs / cpuPeriodUs) * 100);
}

function hasCapability(mask: string, bit: number): boolean {
  return ((BigInt(`0x${mask}`) >> BigInt(bit)) & 1n) === 1n;
}
