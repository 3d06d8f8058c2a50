/**
 * Which mounts of the agent's own mount namespace are a lab's: those in its directory or showing something of it, and
 * those that its learner made anywhere else, as the kernel graph tells. The latter are written down as they appear,
 * because after a restart nobody can tell any more who made them.
 */
import { directoriesShownBy, type MountInfo, readMountinfo, readNamespaceLinks } from "@glassbox/runtime/kernel";
import type { GraphBatch, KernelGraph } from "../../observe/kernel-graph.ts";
import type { LabPlace, MountElsewhere, OpenLabsLedger } from "./lab-place.ts";

/** Mount points, oldest first: newer mounts may stand on them. */
export function mountPointsOf(place: LabPlace, graph: KernelGraph): string[] {
  const elsewhere = [...place.mountsElsewhere, ...mountsElsewhere(graph, place.lab)];
  const isElsewhere = (mount: MountInfo) =>
    elsewhere.some(({ mountId, mountPoint }) => mountId === mount.mountId && mountPoint === mount.mountPoint);
  const mounts = readMountinfo("self") ?? [];
  const isInside = (mount: MountInfo) =>
    [mount.mountPoint, ...directoriesShownBy(mount, mounts)].some((path) => isBelow(path, place.workDir));
  return mounts.filter((mount) => isInside(mount) || isElsewhere(mount)).map(({ mountPoint }) => mountPoint);
}

/** Write down what learners have mounted, at once: an agent that is killed has no later. */
export function noteMounts(
  { changes }: GraphBatch,
  graph: KernelGraph,
  ledger: OpenLabsLedger,
  isOpen: (lab: string) => boolean,
): void {
  const labs = changes.flatMap((change) =>
    change.op === "put" && change.node.kind === "mount" && change.node.lab !== undefined ? [change.node.lab] : [],
  );
  for (const lab of new Set(labs)) {
    const place = isOpen(lab) ? ledger.list().find((open) => open.lab === lab) : undefined;
    if (!place) continue;
    const mounts = mountsElsewhere(graph, lab);
    if (JSON.stringify(mounts) !== JSON.stringify(place.mountsElsewhere))
      ledger.write({ ...place, mountsElsewhere: mounts });
  }
}

/** What the graph calls the lab's in the agent's own mount namespace. */
function mountsElsewhere(graph: KernelGraph, lab: string): MountElsewhere[] {
  const own = `ns:mnt:${readNamespaceLinks("self").own.mnt}`;
  return [...graph.nodes.values()].flatMap((node) =>
    node.kind === "mount" && node.origin === "learner" && node.lab === lab && node.namespace === own
      ? [{ mountId: node.mountId, mountPoint: node.mountPoint }]
      : [],
  );
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
