/**
 * The learner's cgroups as one tree. On cgroup v1 every controller has a tree of its own, and a container makes the
 * same path in each; people think of that as one group, so trees are merged by path.
 */
import type { CgroupNode, GraphNode, NodeId, ProcessNode } from "@glassbox/protocol";
import { isLearners, nodesOfKind } from "./selection.ts";
import { lastPart } from "./wording.ts";

export interface CgroupGroup {
  /** Its path below the machine's own groups, which is the same in every tree. */
  key: string;
  name: string;
  parent: string | undefined;
  /** One node on v2, one a controller tree on v1. */
  parts: CgroupNode[];
  members: ProcessNode[];
  limits: CgroupNode["limits"];
  usage: CgroupNode["usage"];
  frozen: boolean;
  /** CPUs used just now, when it has been read twice. */
  cpuUse: number | undefined;
  /** Controllers that count here, by name. */
  controllers: string[];
}

/** Groups with a part the learner made, outermost first. `parent` is undefined where the parent is the machine's own. */
export function learnersCgroups(
  nodes: ReadonlyMap<NodeId, GraphNode>,
  lab: string | undefined,
  cpuUse: ReadonlyMap<NodeId, number>,
): CgroupGroup[] {
  const learners = new Map(
    nodesOfKind(nodes, "cgroup")
      .filter((node) => isLearners(node, lab))
      .map((node) => [node.id, node]),
  );
  const byPath = new Map<string, CgroupNode[]>();
  for (const node of learners.values()) {
    const path = pathBelowMachine(node, learners);
    const sameTree = byPath.get(path)?.some((other) => other.hierarchy === node.hierarchy);
    const key = sameTree ? node.path : path;
    byPath.set(key, [...(byPath.get(key) ?? []), node]);
  }
  const byPid = new Map(nodesOfKind(nodes, "process").map((process) => [process.pid, process]));
  return [...byPath]
    .sort(([a], [b]) => depth(a) - depth(b) || (a < b ? -1 : 1))
    .map(([path, parts]) => {
      const pids = new Set(parts.flatMap((part) => part.pids));
      const above = path.slice(0, path.lastIndexOf("/"));
      return {
        key: path,
        name: lastPart(path),
        parent: byPath.has(above) ? above : undefined,
        parts,
        members: [...pids].flatMap((pid) => byPid.get(pid) ?? []).sort((a, b) => a.pid - b.pid),
        limits: Object.assign({}, ...parts.map((part) => part.limits)),
        usage: Object.assign({}, ...parts.map((part) => part.usage)),
        frozen: parts.some((part) => part.frozen),
        cpuUse: parts.map((part) => cpuUse.get(part.id)).find((use) => use !== undefined),
        controllers: [...new Set(parts.flatMap((part) => part.controllers))],
      };
    });
}

/**
 * The path counted from the learner's outermost group. The agent itself may sit at another depth in each v1 tree, so
 * full paths of one group can differ from tree to tree.
 */
function pathBelowMachine(node: CgroupNode, learners: ReadonlyMap<NodeId, CgroupNode>): string {
  const parent = node.parent === undefined ? undefined : learners.get(node.parent);
  return `${parent ? pathBelowMachine(parent, learners) : ""}/${lastPart(node.path)}`;
}

const depth = (path: string): number => path.split("/").filter(Boolean).length;
