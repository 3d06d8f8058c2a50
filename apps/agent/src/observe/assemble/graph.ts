/**
 * From facts to the graph: pure, the whole graph each time, because relations (who is a member of what, what holds what)
 * reach across objects. Nodes whose facts and relations did not change stay the same object, so that `diff` is cheap.
 * One file a kind beside this one.
 */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import type { Assembly } from "./assembly.ts";
import { cgroupNodes } from "./cgroup-nodes.ts";
import { containerNodes } from "./container-nodes.ts";
import { mountNodes } from "./mount-nodes.ts";
import { namespaceNodes } from "./namespace-nodes.ts";
import { processNodes } from "./process-nodes.ts";

export function assembleGraph(assembly: Assembly): Map<NodeId, GraphNode> {
  const graph = new Map<NodeId, GraphNode>();
  for (const nodes of [processNodes, namespaceNodes, mountNodes, cgroupNodes, containerNodes])
    for (const node of nodes(assembly)) graph.set(node.id, node);
  return graph;
}
