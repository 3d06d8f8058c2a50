/** Picks nodes out of the graph: by kind, by whose doing they are, by what they belong to. */
import type { GraphNode, NamespaceNode, NodeId, NodeKind, ProcessNode } from "@glassbox/protocol";

type Nodes = ReadonlyMap<NodeId, GraphNode>;

/** All nodes of one kind, in the order the graph holds them. */
export function nodesOfKind<K extends NodeKind>(nodes: Nodes, kind: K): Extract<GraphNode, { kind: K }>[] {
  return [...nodes.values()].filter((node): node is Extract<GraphNode, { kind: K }> => node.kind === kind);
}

/** True for what the learner made; with `lab`, only what was made in that lab. */
export function isLearners(node: GraphNode, lab: string | undefined): boolean {
  return node.origin === "learner" && (lab === undefined || node.lab === undefined || node.lab === lab);
}

/** How much of the machine is not the learner's, for the folded summary. */
export function restOfMachine(nodes: Nodes, lab: string | undefined) {
  const rest = [...nodes.values()].filter((node) => !isLearners(node, lab));
  const of = <K extends NodeKind>(kind: K) =>
    rest.filter((node): node is Extract<GraphNode, { kind: K }> => node.kind === kind);
  return { processes: of("process"), namespaces: of("namespace"), cgroups: of("cgroup"), mounts: of("mount") };
}

/** The machine's own namespaces: the ones its first process is in. */
export function initialNamespaces(nodes: Nodes): NamespaceNode[] {
  return nodesOfKind(nodes, "namespace").filter((namespace) => namespace.initial);
}

/** A process in this namespace whose /proc files can be read to look at it: the learner's first, then the oldest. */
export function memberOf(namespace: NodeId, nodes: Nodes): ProcessNode | undefined {
  const members = nodesOfKind(nodes, "process").filter((process) =>
    Object.values(process.namespaces).includes(namespace),
  );
  return members.find((process) => process.origin === "learner") ?? members.sort((a, b) => a.pid - b.pid)[0];
}

/** Ids of everything a node is tied to, for drawing lines and listing links. Only ids that are in the graph. */
export function relatedTo(node: GraphNode, nodes: Nodes): NodeId[] {
  const ids = new Set<NodeId | undefined>();
  const addAll = (more: Iterable<NodeId | undefined>) => {
    for (const id of more) ids.add(id);
  };
  if (node.kind === "process") {
    addAll([node.parent, node.pidForChildren, ...Object.values(node.namespaces), ...node.cgroups]);
    for (const other of nodes.values()) {
      if (other.kind === "process" && other.parent === node.id) ids.add(other.id);
      if (other.kind === "container" && other.init === node.id) ids.add(other.id);
    }
  } else if (node.kind === "namespace") {
    addAll([node.owner, node.parent]);
    for (const other of nodes.values()) {
      if (other.kind === "process" && other.namespaces[node.type] === node.id) ids.add(other.id);
      if (other.kind === "mount" && other.namespace === node.id) ids.add(other.id);
      if (other.kind === "namespace" && (other.parent === node.id || other.owner === node.id)) ids.add(other.id);
    }
  } else if (node.kind === "cgroup") {
    ids.add(node.parent);
    for (const other of nodes.values()) {
      if (other.kind === "cgroup" && other.parent === node.id) ids.add(other.id);
      if (other.kind === "process" && other.cgroups.includes(node.id)) ids.add(other.id);
    }
  } else if (node.kind === "mount") {
    addAll([node.namespace, node.parent]);
    for (const other of nodes.values()) if (other.kind === "mount" && other.parent === node.id) ids.add(other.id);
  } else ids.add(node.init);
  ids.delete(node.id);
  return [...ids].filter((id): id is NodeId => id !== undefined && nodes.has(id));
}

/** One line that names a node in lists. */
export function nameOf(node: GraphNode): string {
  switch (node.kind) {
    case "process":
      return `${node.pid} ${node.argv.length > 0 ? node.argv.join(" ") : `[${node.comm}]`}`;
    case "namespace":
      return [`${node.type}:[${node.inode}]`, node.initial ? "the machine's" : "", node.hostname ?? ""]
        .filter(Boolean)
        .join(" ");
    case "cgroup":
      return node.version === 2 ? node.path : `${node.hierarchy}:${node.path}`;
    case "mount":
      return `${node.mountPoint} (${node.fsType})`;
    case "container":
      return `${node.containerId} (${node.runtime})`;
  }
}
