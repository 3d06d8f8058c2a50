/** The three scenes of the focus view, laid out anew only when what they show has changed, each from its last places. */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import { useEffect, useMemo, useRef, useState } from "react";
import { layoutCgroups } from "../layout/cgroup-layout.ts";
import { layoutMounts } from "../layout/mount-layout.ts";
import { layoutNamespaces, type NamespaceMemory } from "../layout/namespace-layout.ts";
import type { Slots } from "../layout/slots.ts";
import { learnersCgroups } from "../model/cgroup-tree.ts";
import type { GraphState } from "../model/graph.ts";
import { mountTrees } from "../model/mount-trees.ts";
import { roomsOf } from "../model/rooms.ts";
import { isLearners, nodesOfKind } from "../model/selection.ts";

/** `lab` narrows to what was made in that lab. `tidy` lays out afresh, without the places of before. */
export function useScenes(graph: GraphState, lab: string | undefined) {
  const namespaceMemory = useRef<NamespaceMemory>(new Map());
  const cgroupMemory = useRef<ReadonlyMap<string, Slots>>(new Map());
  const [round, setRound] = useState(0);

  const nodes = useMemo(() => withGhosts(graph), [graph]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` forgets the memory
  const namespaces = useMemo(() => {
    const processes = nodesOfKind(nodes, "process").filter((process) => isLearners(process, lab));
    return layoutNamespaces(roomsOf(processes, nodes, lab), namespaceMemory.current);
  }, [nodes, lab, round]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` forgets the memory
  const cgroups = useMemo(
    () => layoutCgroups(learnersCgroups(nodes, lab, graph.cpuUse), cgroupMemory.current),
    [nodes, lab, graph.cpuUse, round],
  );
  const mounts = useMemo(() => layoutMounts(mountTrees(nodes, lab)), [nodes, lab]);

  useEffect(() => {
    namespaceMemory.current = namespaces.memory;
    cgroupMemory.current = cgroups.memory;
  }, [namespaces, cgroups]);

  const tidy = () => {
    namespaceMemory.current = new Map();
    cgroupMemory.current = new Map();
    setRound((before) => before + 1);
  };
  return { namespaces, cgroups, mounts, tidy };
}

function withGhosts(graph: GraphState): ReadonlyMap<NodeId, GraphNode> {
  if (graph.ghosts.size === 0) return graph.nodes;
  const nodes = new Map(graph.nodes);
  for (const [id, { node }] of graph.ghosts) if (!nodes.has(id)) nodes.set(id, node);
  return nodes;
}
