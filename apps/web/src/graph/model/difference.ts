/**
 * Which differences between two readings of the same object a learner should notice. Memory in use changes all the
 * time and says nothing; a new root, a new namespace or a kill for memory is the lesson itself.
 */
import type { GraphNode } from "@glassbox/protocol";

/** The part of a node whose change is worth a flash. Two nodes look the same when these are equal. */
function notablePart(node: GraphNode): unknown {
  switch (node.kind) {
    case "process":
      return [
        node.argv,
        node.comm,
        node.state === "Z",
        node.uid,
        node.capabilities.effective,
        node.seccompMode,
        node.noNewPrivs,
        node.namespaces,
        node.pidForChildren,
        node.cgroups,
        node.root,
        node.parent,
      ];
    case "namespace":
      return [node.hostname, node.uidMap, node.gidMap, node.heldBy];
    case "cgroup":
      return [node.limits, node.subtreeControl, node.frozen, node.usage.oomKillCount];
    case "mount":
      return [node.options, node.sharedGroup, node.masterGroup, node.mountPoint, node.overlay];
    case "container":
      return [node.status, node.init];
  }
}

/** True when the difference should be shown as a change. */
export function isNotable(before: GraphNode, after: GraphNode): boolean {
  return before !== after && JSON.stringify(notablePart(before)) !== JSON.stringify(notablePart(after));
}
