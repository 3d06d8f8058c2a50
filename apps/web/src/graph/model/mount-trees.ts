/**
 * The mounts a learner should see: in the machine's namespace the ones they made, in each namespace of their own
 * everything that is not a mere copy of the machine's. A new mount namespace begins as a copy of some thirty mounts,
 * which would hide the one that matters; copies are counted instead.
 */
import type { GraphNode, MountNode, NamespaceNode, NodeId } from "@glassbox/protocol";
import { isLearners, memberOf, nodesOfKind } from "./selection.ts";

export interface MountRow {
  mount: MountNode;
  /** How many shown mounts it lies below. */
  depth: number;
}

export interface MountTree {
  namespace: NamespaceNode;
  /** "This machine", or the command of a process in it. */
  title: string;
  rows: MountRow[];
  /** Mounts not listed because the machine has the same ones. */
  copied: number;
}

/**
 * One tree a namespace, the machine's own first; namespaces without anything to show are left out. The kernel does not
 * say who mounted something in the machine's namespace; what lies below `workDir`, the lab's directory, is the learner's.
 */
export function mountTrees(
  nodes: ReadonlyMap<NodeId, GraphNode>,
  lab: string | undefined,
  workDir: string | undefined,
): MountTree[] {
  const byNamespace = new Map<NodeId, MountNode[]>();
  for (const mount of nodesOfKind(nodes, "mount")) {
    byNamespace.set(mount.namespace, [...(byNamespace.get(mount.namespace) ?? []), mount]);
  }
  const machine = nodesOfKind(nodes, "namespace").find((each) => each.type === "mnt" && each.initial);
  const machineMounts = new Set((byNamespace.get(machine?.id ?? "") ?? []).map(sameness));

  const trees: MountTree[] = [];
  for (const namespace of nodesOfKind(nodes, "namespace")) {
    if (namespace.type !== "mnt") continue;
    const mounts = byNamespace.get(namespace.id) ?? [];
    if (namespace.initial) {
      const made = mounts.filter((mount) => isLearners(mount, lab) || isBelow(mount.mountPoint, workDir));
      if (made.length > 0)
        trees.unshift({ namespace, title: "This machine", rows: rowsOf(made), copied: mounts.length - made.length });
    } else if (isLearners(namespace, lab)) {
      const own = mounts.filter((mount) => !machineMounts.has(sameness(mount)));
      const member = memberOf(namespace.id, nodes);
      const title = member ? `Inside, as process ${member.pid} (${member.comm}) sees it` : "A mount namespace";
      trees.push({ namespace, title, rows: rowsOf(own), copied: mounts.length - own.length });
    }
  }
  return trees;
}

function isBelow(path: string, directory: string | undefined): boolean {
  return directory !== undefined && (path === directory || path.startsWith(`${directory}/`));
}

/** Same file system, same directory of it, at the same place: a copy. Mount ids differ between namespaces. */
function sameness(mount: MountNode): string {
  return JSON.stringify([mount.device, mount.root, mount.mountPoint, mount.fsType]);
}

/** Rows in tree order: a mount, then what is mounted below it, by path. */
function rowsOf(mounts: readonly MountNode[]): MountRow[] {
  const shown = new Set(mounts.map((mount) => mount.id));
  const below = new Map<NodeId | undefined, MountNode[]>();
  for (const mount of mounts) {
    const parent =
      mount.parent !== undefined && shown.has(mount.parent) && mount.parent !== mount.id ? mount.parent : undefined;
    below.set(parent, [...(below.get(parent) ?? []), mount]);
  }
  const rows: MountRow[] = [];
  const visit = (parent: NodeId | undefined, depth: number) => {
    const children = below.get(parent) ?? [];
    for (const mount of children.sort((a, b) =>
      a.mountPoint < b.mountPoint ? -1 : a.mountPoint > b.mountPoint ? 1 : a.mountId - b.mountId,
    )) {
      rows.push({ mount, depth });
      visit(mount.id, depth + 1);
    }
  };
  visit(undefined, 0);
  return rows;
}
