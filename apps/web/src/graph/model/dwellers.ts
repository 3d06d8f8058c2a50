/** Who lives in each namespace: a number alone says nothing to whoever looks for the one they made. */
import type { GraphNode, NodeId, ProcessNode } from "@glassbox/protocol";
import { shortCommandOf } from "./wording.ts";

/** By namespace: its process with the lowest pid, which in most made it. */
export type Dwellers = ReadonlyMap<NodeId, ProcessNode>;

export function dwellersOf(nodes: Iterable<GraphNode>): Dwellers {
  const first = new Map<NodeId, ProcessNode>();
  for (const node of nodes) {
    if (node.kind !== "process") continue;
    for (const id of Object.values(node.namespaces)) {
      const known = id === undefined ? undefined : first.get(id);
      if (id !== undefined && (!known || node.pid < known.pid)) first.set(id, node);
    }
  }
  return first;
}

/**
 * Of a namespace that is not the machine's, and of the first mount of a tree in one: `of 4242 sleep 99`, or what keeps
 * it when nobody is in it. Empty for anything else.
 */
export function whoseOf(node: GraphNode, dwellers: Dwellers, nodes: ReadonlyMap<NodeId, GraphNode>): string {
  const home = node.kind === "mount" && !isBelow(node, nodes) ? nodes.get(node.namespace) : node;
  if (home?.kind !== "namespace" || home.initial) return "";
  const dweller = dwellers.get(home.id);
  if (dweller) return `of ${dweller.pid} ${shortCommandOf(dweller)}`;
  return home.heldBy[0] === undefined ? "" : `kept by ${home.heldBy[0]}`;
}

function isBelow(node: Extract<GraphNode, { kind: "mount" }>, nodes: ReadonlyMap<NodeId, GraphNode>): boolean {
  return node.parent !== undefined && node.parent !== node.id && nodes.has(node.parent);
}
