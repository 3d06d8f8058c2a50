/** The three scenes of the focus view, laid out anew only when what they show has changed, each from its last places. */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLive } from "../../connection/use-live.ts";
import { type CgroupMemory, layoutCgroups, NO_CGROUP_MEMORY } from "../layout/cgroup-layout.ts";
import { layoutMounts } from "../layout/mount-layout.ts";
import { layoutNamespaces, type NamespaceMemory } from "../layout/namespace-layout.ts";
import { learnersCgroups } from "../model/cgroup-tree.ts";
import { isNotable } from "../model/difference.ts";
import type { GraphState } from "../model/graph.ts";
import { mountTrees } from "../model/mount-trees.ts";
import { roomsOf } from "../model/rooms.ts";
import { isLearners, nodesOfKind } from "../model/selection.ts";

/** `lab` narrows to what was made in that lab, whose directory is `workDir`. `tidy` lays out afresh, without the places of before. */
export function useScenes(graph: GraphState, lab: string | undefined, workDir: string | undefined) {
  const namespaceMemory = useRef<NamespaceMemory>(new Map());
  const cgroupMemory = useRef<CgroupMemory>(NO_CGROUP_MEMORY);
  const [round, setRound] = useState(0);

  const nodes = useRelevantNodes(graph, lab);
  const terminals = useLive((state) => state.terminals);
  const shells = useMemo(() => new Set(terminals.map(({ pid }) => pid)), [terminals]);
  const ghosts = useMemo(() => new Set(graph.ghosts.keys()), [graph.ghosts]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` forgets the memory
  const namespaces = useMemo(() => {
    const processes = nodesOfKind(nodes, "process").filter((process) => isLearners(process, lab));
    return layoutNamespaces(roomsOf(processes, nodes, lab), namespaceMemory.current, { ghosts, shells });
  }, [nodes, lab, ghosts, shells, round]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` forgets the memory
  const cgroups = useMemo(
    () => layoutCgroups(learnersCgroups(nodes, lab, graph.cpuUse), cgroupMemory.current),
    [nodes, lab, graph.cpuUse, round],
  );
  const mounts = useMemo(() => layoutMounts(mountTrees(nodes, lab, workDir)), [nodes, lab, workDir]);

  useEffect(() => {
    namespaceMemory.current = namespaces.memory;
    cgroupMemory.current = cgroups.memory;
  }, [namespaces, cgroups]);

  const tidy = () => {
    namespaceMemory.current = new Map();
    cgroupMemory.current = NO_CGROUP_MEMORY;
    setRound((before) => before + 1);
  };
  return { namespaces, cgroups, mounts, tidy };
}

/**
 * The nodes the picture depends on. The same map as before while the learner's things are the same: on a busy machine
 * hundreds of others change every second, and nothing of the picture should be computed again for them.
 */
function useRelevantNodes(graph: GraphState, lab: string | undefined): ReadonlyMap<NodeId, GraphNode> {
  const before = useRef<ReadonlyMap<NodeId, GraphNode>>(new Map());
  return useMemo(() => {
    const relevant = new Map<NodeId, GraphNode>();
    for (const node of graph.nodes.values()) if (isRelevant(node, lab)) relevant.set(node.id, node);
    for (const [id, { node }] of graph.ghosts) if (!relevant.has(id) && isLearners(node, lab)) relevant.set(id, node);
    if (!sameNodes(before.current, relevant)) before.current = relevant;
    return before.current;
  }, [graph.nodes, graph.ghosts, lab]);
}

/** The learner's own, all namespaces (their types and names are on the panes), and the machine's mounts to compare with. */
function isRelevant(node: GraphNode, lab: string | undefined): boolean {
  return isLearners(node, lab) || node.kind === "namespace" || node.kind === "container" || node.kind === "mount";
}

function sameNodes(a: ReadonlyMap<NodeId, GraphNode>, b: ReadonlyMap<NodeId, GraphNode>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, node] of b) {
    const other = a.get(id);
    if (other === node) continue;
    // A namespace of the machine counts its members anew each time a process comes or goes.
    const onlyCounted = node.kind === "namespace" && node.initial && other !== undefined && !isNotable(other, node);
    if (!onlyCounted) return false;
  }
  return true;
}
