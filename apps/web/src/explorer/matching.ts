/** Search and filter of the explorer: by kind, by whose doing, by text in anything that names an object. */
import type { GraphNode, NodeKind, Origin } from "@glassbox/protocol";
import { nameOf } from "../graph/model/selection.ts";

export interface Filter {
  /** Empty means all. */
  kinds: readonly NodeKind[];
  origins: readonly Origin[];
  /** Every word must occur somewhere; case does not matter. */
  text: string;
}

export const EVERYTHING: Filter = { kinds: [], origins: [], text: "" };

export function matches(node: GraphNode, filter: Filter): boolean {
  if (filter.kinds.length > 0 && !filter.kinds.includes(node.kind)) return false;
  if (filter.origins.length > 0 && !filter.origins.includes(node.origin)) return false;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const where = `${node.kind} ${nameOf(node)} ${moreToSearch(node)}`.toLowerCase();
  return words.every((word) => where.includes(word));
}

function moreToSearch(node: GraphNode): string {
  switch (node.kind) {
    case "process":
      return `${node.comm} ${node.root} ${node.nsPids.join(" ")}`;
    case "namespace":
      return `${node.heldBy.join(" ")}`;
    case "cgroup":
      return `${node.controllers.join(" ")} ${node.pids.join(" ")}`;
    case "mount":
      return `${node.source} ${node.options.join(" ")}`;
    case "container":
      return `${node.status} ${node.bundle ?? ""}`;
  }
}
