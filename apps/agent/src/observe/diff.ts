/**
 * What changed between two graphs. Pure. Nodes that are the same object are not looked into, so a graph assembled from
 * cached nodes costs one comparison of pointers a node.
 */
import type { GraphChange, GraphNode, NodeId } from "@glassbox/protocol";

/** Removals first, so that an id is never there twice; then puts in the order of `after`. */
export function diff(before: ReadonlyMap<NodeId, GraphNode>, after: ReadonlyMap<NodeId, GraphNode>): GraphChange[] {
  const changes: GraphChange[] = [];
  for (const id of before.keys()) if (!after.has(id)) changes.push({ op: "remove", id });
  for (const [id, node] of after) if (!same(before.get(id), node)) changes.push({ op: "put", node });
  return changes;
}

/** Whether two plain values (JSON-like; an absent field and one that is undefined are the same) are equal. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return Number.isNaN(a) && Number.isNaN(b);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) if (!same(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
