/**
 * Namespaces: everything that refers to one (members, `pid_for_children`, descriptors, bind mounts, owners, parents),
 * gathered into one node each. A namespace without members is still there as long as something holds it.
 */
import type { NamespaceNode } from "@glassbox/protocol";
import { NAMESPACE_TYPES } from "@glassbox/runtime/kernel";
import type { Facts, NamespaceFacts } from "../facts.ts";
import { namespaceId } from "../node-ids.ts";
import { GLASSBOX, HOST, type Owner, type Ownership } from "../ownership.ts";
import { namespacesInTable } from "../read/mount-tables.ts";
import type { Assembly } from "./graph.ts";

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

export function namespaceNodes({
  facts,
  ownership,
  firstSeenMs,
  before,
  countCrowds,
  holders: found,
}: Assembly): NamespaceNode[] {
  const holders = new Map(found);
  // Owners and parents that nothing else refers to.
  for (const { type, inode } of facts.namespaces.values()) holdersOf(holders, type, inode);
  return [...holders.values()].map((held) => {
    const id = namespaceId(held.type, held.inode);
    const known = facts.namespaces.get(id);
    const owner = ownership.ofThing(id, () => decideOwner(held, ownership));
    const initial = facts.initial[held.type] === held.inode;
    const node = before.get(id);
    const count = countCrowds || !initial || node?.kind !== "namespace";
    return {
      id,
      kind: "namespace",
      ...owner,
      firstSeenMs: firstSeenMs(id),
      type: held.type,
      inode: held.inode,
      initial,
      ...(known?.owner !== undefined && { owner: namespaceId("user", known.owner) }),
      ...(known?.parent !== undefined && { parent: namespaceId(held.type, known.parent) }),
      memberCount: count ? held.memberPids.length : node.memberCount,
      heldBy: held.heldBy,
      ...(known?.uidMap && { uidMap: known.uidMap }),
      ...(known?.gidMap && { gidMap: known.gidMap }),
      ...(known?.hostname !== undefined && { hostname: known.hostname }),
    };
  });
}

/** By the namespace's inode, which all kinds share one set of. */
export type HoldersByInode = Map<number, Holders>;

/** Everything that refers to a namespace. Pure over facts; the observer also asks it for paths to open. */
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

function holdersOf(holders: HoldersByInode, type: NamespaceFacts["type"], inode: number): Holders {
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

/** A namespace is whose process held it when it was first seen. */
function decideOwner(held: Holders, ownership: Ownership): Owner {
  const owners = [...held.memberPids, ...held.holderPids].map((pid) => ownership.ofProcess(pid));
  const host = owners.some(({ origin }) => origin === "host");
  const learner = owners.find(({ origin }) => origin === "learner");
  if (learner && !host) return learner;
  return owners.length > 0 && owners.every(({ origin }) => origin === "glassbox") ? GLASSBOX : HOST;
}
