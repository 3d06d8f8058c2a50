/**
 * From facts to the graph: pure, the whole graph each time, because relations (who is a member of what, what holds what)
 * reach across objects. Nodes whose facts and relations did not change stay the same object, so that `diff` is cheap.
 * One file a kind beside this one.
 */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import type { Facts } from "../facts.ts";
import type { Ownership } from "../ownership.ts";
import { cgroupNodes } from "./cgroup-nodes.ts";
import { containerNodes } from "./container-nodes.ts";
import { mountNodes } from "./mount-nodes.ts";
import { type HoldersByInode, namespaceNodes } from "./namespace-nodes.ts";
import { processNodes } from "./process-nodes.ts";

export interface Assembly {
  facts: Facts;
  /** What refers to each namespace, found from these facts. */
  holders: HoldersByInode;
  ownership: Ownership;
  /** When an id was first seen; asking is seeing. */
  firstSeenMs(id: NodeId): number;
  nowMs: number;
  /** Directory below which each lab has its own. */
  labRoot: string;
  /** The graph as it was, for what is only looked at now and then. */
  before: ReadonlyMap<NodeId, GraphNode>;
  /** Count the members of initial namespaces and of cgroups nobody works with, too: there every fork changes them. */
  countCrowds: boolean;
}

export function assembleGraph(assembly: Assembly): Map<NodeId, GraphNode> {
  const graph = new Map<NodeId, GraphNode>();
  for (const nodes of [processNodes, namespaceNodes, mountNodes, cgroupNodes, containerNodes])
    for (const node of nodes(assembly)) graph.set(node.id, node);
  return graph;
}
