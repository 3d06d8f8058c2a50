/**
 * What the observer knows of the kernel, as read: one record a kernel object, before anything is said about whose it is
 * or how objects belong together. `read/` fills it, `assemble/` turns it into the graph. Records are never changed in
 * place: a new reading is a new record, and an equal one keeps the old record, so that `===` tells whether anything changed.
 */

import type { CgroupNode, ContainerNode, IdMapLine, ProcessNode } from "@glassbox/protocol";
import type { CgroupMembership, MountInfo, NamespaceKind, NamespaceName } from "@glassbox/runtime/kernel";

export interface ProcessFacts {
  pid: number;
  /** Clock ticks since boot; with the pid it names a process for good. */
  startTimeTicks: number;
  /** 0 for pid 1 and the kernel's own. */
  parentPid: number;
  session: number;
  comm: string;
  argv: string[];
  state: string;
  uid: number;
  gid: number;
  nsPids: number[];
  capabilities: ProcessNode["capabilities"];
  seccompMode: number;
  noNewPrivs: boolean;
  kernelThread: boolean;
  namespaces: Partial<Record<NamespaceKind, number>>;
  /** Only when they differ from its own. */
  pidForChildren?: number;
  timeForChildren?: number;
  cgroups: CgroupMembership[];
  root: string;
  cwd: string;
  rssBytes: number;
  /** Open descriptors of namespaces; looked for in learners' processes only. */
  namespaceDescriptors: Array<NamespaceName & { fd: number }>;
}

/** What no process's links tell of a namespace. */
export interface NamespaceFacts extends NamespaceName {
  /** The kernel has been asked for owner and parent, and has answered: some namespaces have neither. */
  told?: true;
  owner?: number;
  parent?: number;
  hostname?: string;
  uidMap?: IdMapLine[];
  gidMap?: IdMapLine[];
}

export interface MountTable {
  /** Inode of the mount namespace. */
  namespace: number;
  /** As the kernel printed it: an unchanged text need not be parsed again. */
  text: string;
  mounts: MountInfo[];
}

export interface CgroupFacts {
  hierarchy: string;
  version: 1 | 2;
  /** Below the hierarchy's mount point. */
  path: string;
  /** Where that is in the host's file system. */
  directory: string;
  inode: number;
  controllers: string[];
  subtreeControl: string[];
  limits: CgroupNode["limits"];
  usage: CgroupNode["usage"];
  frozen: boolean;
}

/** A container as a runtime's state directory tells of it. */
export interface ContainerFacts {
  id: string;
  runtime: ContainerNode["runtime"];
  /** Its first process; 0 when the runtime has not made one yet. */
  pid: number;
  /** To tell that process from a later one with the same pid; absent where the runtime does not say. */
  startTimeTicks?: number;
  bundle?: string;
  /** The runtime still holds it between create and start. */
  waitsForStart: boolean;
}

export interface Facts {
  processes: Map<number, ProcessFacts>;
  /** By `ns:TYPE:INODE`. */
  namespaces: Map<string, NamespaceFacts>;
  /** By inode of the mount namespace. */
  mountTables: Map<number, MountTable>;
  /** By directory. */
  cgroups: Map<string, CgroupFacts>;
  containers: ContainerFacts[];
  /** The namespaces the machine started in. */
  initial: Partial<Record<NamespaceKind, number>>;
}

export function emptyFacts(): Facts {
  return {
    processes: new Map(),
    namespaces: new Map(),
    mountTables: new Map(),
    cgroups: new Map(),
    containers: [],
    initial: {},
  };
}
