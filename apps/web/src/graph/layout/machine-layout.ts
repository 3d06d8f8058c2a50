/**
 * Positions for the whole machine: one lane a kind of object, one line an object, trees (processes, cgroups, mounts)
 * indented. Hundreds of lines stay legible and findable, which a cloud of dots does not. `render/MachineCanvas.tsx`
 * paints it and draws the ties of what is selected across the lanes.
 */
import type { GraphNode, NodeId, NodeKind } from "@glassbox/protocol";
import { type Dwellers, whoseOf } from "../model/dwellers.ts";
import { nameOf } from "../model/selection.ts";
import { namespaceTypes } from "../model/words.ts";

/** All lengths in pixels at zoom 1. */
export const LANE = { gap: 64, head: 44, line: 22, indent: 14 };
const LANE_WIDTH: Record<NodeKind, number> = { container: 220, process: 400, namespace: 330, cgroup: 330, mount: 400 };
export const laneOrder: readonly NodeKind[] = ["container", "process", "namespace", "cgroup", "mount"];

export interface PlacedLine {
  node: GraphNode;
  x: number;
  y: number;
  width: number;
  indent: number;
  /** As `whoseOf` says. */
  whose: string;
}

export interface Lane {
  kind: NodeKind;
  x: number;
  width: number;
  count: number;
}

export interface MachineScene {
  width: number;
  height: number;
  lanes: Lane[];
  lines: PlacedLine[];
  byId: ReadonlyMap<NodeId, PlacedLine>;
}

/**
 * Lanes without objects are left out.
 * @param all those that are not shown as well: who lives in a namespace may be among them
 */
export function layoutMachine(
  nodes: readonly GraphNode[],
  dwellers: Dwellers,
  all: ReadonlyMap<NodeId, GraphNode>,
): MachineScene {
  const lanes: Lane[] = [];
  const lines: PlacedLine[] = [];
  let x = 0;
  let height = 0;
  for (const kind of laneOrder) {
    const ofKind = nodes.filter((node) => node.kind === kind);
    if (ofKind.length === 0) continue;
    const width = LANE_WIDTH[kind];
    lanes.push({ kind, x, width, count: ofKind.length });
    inTreeOrder(ofKind).forEach(({ node, depth }, index) => {
      const indent = Math.min(depth, 10) * LANE.indent;
      const whose = whoseOf(node, dwellers, all);
      lines.push({ node, x, y: LANE.head + index * LANE.line, width, indent, whose });
    });
    height = Math.max(height, LANE.head + ofKind.length * LANE.line);
    x += width + LANE.gap;
  }
  return {
    width: Math.max(0, x - LANE.gap),
    height,
    lanes,
    lines,
    byId: new Map(lines.map((line) => [line.node.id, line])),
  };
}

/** Parents before children, siblings in a fixed order; namespaces by type. */
function inTreeOrder(nodes: readonly GraphNode[]): { node: GraphNode; depth: number }[] {
  const present = new Set(nodes.map((node) => node.id));
  const below = new Map<NodeId | undefined, GraphNode[]>();
  for (const node of nodes) {
    const parent = "parent" in node && node.kind !== "namespace" ? node.parent : undefined;
    const key = parent !== undefined && present.has(parent) && parent !== node.id ? parent : undefined;
    const list = below.get(key);
    if (list) list.push(node);
    else below.set(key, [node]);
  }
  const ordered: { node: GraphNode; depth: number }[] = [];
  const visit = (parent: NodeId | undefined, depth: number) => {
    for (const node of (below.get(parent) ?? []).sort(inFixedOrder)) {
      ordered.push({ node, depth });
      visit(node.id, depth + 1);
    }
  };
  visit(undefined, 0);
  return ordered;
}

function inFixedOrder(a: GraphNode, b: GraphNode): number {
  if (a.kind === "process" && b.kind === "process") return a.pid - b.pid;
  if (a.kind === "namespace" && b.kind === "namespace") {
    return namespaceTypes.indexOf(a.type) - namespaceTypes.indexOf(b.type) || a.inode - b.inode;
  }
  if (a.kind === "mount" && b.kind === "mount") {
    return a.namespace === b.namespace ? a.mountId - b.mountId : a.namespace < b.namespace ? -1 : 1;
  }
  return nameOf(a) < nameOf(b) ? -1 : 1;
}
