/**
 * What refers to each namespace and so keeps it alive: members, descriptors, `pid_for_children`, bind mounts. Pure over
 * facts. The graph shows it; the observer also takes from it a path by which to open each namespace.
 */
import { NAMESPACE_TYPES } from "@glassbox/runtime/kernel";
import type { Facts, NamespaceFacts } from "../facts.ts";
import { namespacesInTable } from "../read/mount-tables.ts";

/** What refers to one namespace. */
export interface Holders {
  type: NamespaceFacts["type"];
  inode: number;
  memberPids: number[];
  /** Other processes that hold it: by descriptor, or for their children. */
  holderPids: number[];
  /** As `NamespaceNode.heldBy` shows them. */
  heldBy: string[];
  /** Paths by which the host can open it, best first. */
  paths: string[];
}

/** By the namespace's inode, which all kinds share one set of. */
export type HoldersByInode = Map<number, Holders>;

/** Everything that refers to a namespace. */
export function findHolders(facts: Facts): HoldersByInode {
  const holders: HoldersByInode = new Map();
  for (const process of facts.processes.values()) {
    const { pid } = process;
    for (const type of NAMESPACE_TYPES) {
      const inode = process.namespaces[type];
      if (inode === undefined) continue;
      const held = holdersOf(holders, type, inode);
      held.memberPids.push(pid);
      if (held.paths.length === 0) held.paths.push(`/proc/${pid}/ns/${type}`);
    }
    const forChildren = [
      ["pid", process.pidForChildren, "pid_for_children"],
      ["time", process.timeForChildren, "time_for_children"],
    ] as const;
    for (const [type, inode, file] of forChildren) {
      if (inode !== undefined) hold(holdersOf(holders, type, inode), pid, `${pid}:${file}`, `/proc/${pid}/ns/${file}`);
    }
    for (const { type, inode, fd } of process.namespaceDescriptors)
      hold(holdersOf(holders, type, inode), pid, `${pid}:${fd}`, `/proc/${pid}/fd/${fd}`);
  }
  for (const table of facts.mountTables.values()) {
    const onHost = table.namespace === facts.initial.mnt;
    for (const { type, inode, path } of namespacesInTable(table)) {
      const held = holdersOf(holders, type as NamespaceFacts["type"], inode);
      const shown = onHost ? path : `${path} (in mnt:[${table.namespace}])`;
      // Every private mount namespace has a copy of the host's mounts: one is enough to know.
      if (!onHost && held.heldBy.some((each) => each === path)) continue;
      held.heldBy.push(shown);
      if (onHost) held.paths.push(path);
    }
  }
  return holders;
}

/** The entry of a namespace, made when it is new. */
export function holdersOf(holders: HoldersByInode, type: NamespaceFacts["type"], inode: number): Holders {
  let held = holders.get(inode);
  if (!held) {
    held = { type, inode, memberPids: [], holderPids: [], heldBy: [], paths: [] };
    holders.set(inode, held);
  }
  return held;
}

function hold(held: Holders, pid: number, shown: string, path: string): void {
  held.holderPids.push(pid);
  held.heldBy.push(shown);
  held.paths.push(path);
}
