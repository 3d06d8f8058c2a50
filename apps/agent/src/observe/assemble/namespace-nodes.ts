/**
 * Namespaces: everything that refers to one (members, `pid_for_children`, descriptors, bind mounts, owners, parents),
 * gathered into one node each. A namespace without members is still there as long as something holds it.
 */
import type { NamespaceNode } from "@glassbox/protocol";
import { namespaceId } from "../node-ids.ts";
import { GLASSBOX, HOST, type Owner, type Ownership } from "../ownership.ts";
import type { Assembly } from "./assembly.ts";
import { type Holders, holdersOf } from "./holders.ts";

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

/** A namespace is whose process held it when it was first seen. */
function decideOwner(held: Holders, ownership: Ownership): Owner {
  const owners = [...held.memberPids, ...held.holderPids].map((pid) => ownership.ofProcess(pid));
  const host = owners.some(({ origin }) => origin === "host");
  const learner = owners.find(({ origin }) => origin === "learner");
  if (learner && !host) return learner;
  return owners.length > 0 && owners.every(({ origin }) => origin === "glassbox") ? GLASSBOX : HOST;
}
