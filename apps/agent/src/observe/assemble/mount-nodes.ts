/** Mounts: every line of every mount table, with an overlay's layers taken apart. */
import type { MountNode } from "@glassbox/protocol";
import { directoriesShownBy, type MountInfo, overlayLayers } from "@glassbox/runtime/kernel";
import type { MountTable } from "../facts.ts";
import { labOfPath } from "../lab-paths.ts";
import { mountId, namespaceId } from "../node-ids.ts";
import { HOST, type Owner } from "../ownership.ts";
import type { Assembly } from "./assembly.ts";

/** The node made from the same line of the same table last time. */
const made = new WeakMap<MountInfo, { key: string; node: MountNode }>();

/** The lab that a line of a table belongs to; it never changes. */
const labs = new WeakMap<MountInfo, { lab: string | undefined }>();

export function mountNodes(assembly: Assembly): MountNode[] {
  const { facts, ownership } = assembly;
  const nodes: MountNode[] = [];
  for (const table of facts.mountTables.values()) {
    const namespaceOwner = ownership.ofThing(namespaceId("mnt", table.namespace), () => HOST);
    const listed = new Set(table.mounts.map((mount) => mount.mountId));
    for (const mount of table.mounts) {
      const owner = ownerOf(mount, table, namespaceOwner, assembly);
      const key = `${owner.origin} ${owner.lab} ${listed.has(mount.parentId)}`;
      let known = made.get(mount);
      if (known?.key !== key) {
        known = { key, node: mountNode(assembly, table, mount, owner, listed) };
        made.set(mount, known);
      }
      nodes.push(known.node);
    }
  }
  return nodes;
}

/**
 * In a learner's mount namespace every mount is the learner's; in others those in a lab's directory, or that show
 * something of it elsewhere, and in the agent's own those that a learner's command made. Who else mounted what, the
 * kernel does not tell.
 */
function ownerOf(mount: MountInfo, table: MountTable, namespaceOwner: Owner, assembly: Assembly): Owner {
  if (namespaceOwner.origin === "learner") return namespaceOwner;
  const { labOfMount, labRoot } = assembly;
  const lab = labOfMount(mount);
  if (lab !== undefined) return { origin: "learner", lab };
  let found = labs.get(mount);
  if (!found) {
    const paths = [mount.mountPoint, ...directoriesShownBy(mount, table.mounts)];
    found = { lab: paths.map((path) => labOfPath(path, labRoot)).find((lab) => lab !== undefined) };
    labs.set(mount, found);
  }
  return found.lab === undefined ? namespaceOwner : { origin: "learner", lab: found.lab };
}

function mountNode(
  { firstSeenMs }: Assembly,
  table: MountTable,
  mount: MountInfo,
  owner: Owner,
  listed: ReadonlySet<number>,
): MountNode {
  const id = mountId(table.namespace, mount.mountId);
  const overlay = overlayLayers(mount);
  return {
    id,
    kind: "mount",
    ...owner,
    firstSeenMs: firstSeenMs(id),
    namespace: namespaceId("mnt", table.namespace),
    mountId: mount.mountId,
    ...(listed.has(mount.parentId) && { parent: mountId(table.namespace, mount.parentId) }),
    device: mount.device,
    root: mount.root,
    mountPoint: mount.mountPoint,
    options: mount.options,
    superOptions: mount.superOptions,
    fsType: mount.fsType,
    source: mount.source,
    ...(mount.sharedGroup !== undefined && { sharedGroup: mount.sharedGroup }),
    ...(mount.masterGroup !== undefined && { masterGroup: mount.masterGroup }),
    ...(overlay && { overlay }),
  };
}
