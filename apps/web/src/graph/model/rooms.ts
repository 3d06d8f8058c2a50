/**
 * Groups processes into rooms: all who share the same set of namespaces are in one room. A room lies inside another
 * when it has all of that one's own namespaces and some more, which is just how containers and `unshare` build them.
 * The outermost room is the machine itself. `layout/namespace-layout.ts` draws rooms as nested panes of glass.
 */
import type { ContainerNode, GraphNode, NamespaceNode, NodeId, ProcessNode } from "@glassbox/protocol";
import { isLearners } from "./selection.ts";
import { namespaceTypes } from "./words.ts";

/** Key of the outermost room: the machine's own, initial namespaces. */
export const MACHINE_ROOM = "room:";

export interface Room {
  /** Made of the ids of its non-initial namespaces, so it stays the same while the room exists. */
  key: string;
  parent: string | undefined;
  /** Non-initial namespaces this room has and its parent has not, in the order types are always shown. */
  added: NamespaceNode[];
  members: ProcessNode[];
  /** The process, in an enclosing room, that this room's first process came from. */
  door: NodeId | undefined;
  /** Set when a container's first process lives here. */
  container: ContainerNode | undefined;
}

export interface Rooms {
  byKey: ReadonlyMap<string, Room>;
  /** Namespaces kept alive without any process shown here: by a bind mount, a descriptor, or as a place for children. */
  empty: NamespaceNode[];
}

/**
 * Rooms of the given processes. `nodes` supplies namespaces and containers; the machine's room is always there.
 * `lab` narrows the empty namespaces as the caller narrowed the processes.
 */
export function roomsOf(processes: readonly ProcessNode[], nodes: ReadonlyMap<NodeId, GraphNode>, lab?: string): Rooms {
  const byKey = new Map<string, Room & { all: NamespaceNode[] }>();
  const roomOfProcess = new Map<NodeId, string>();
  const room = (key: string, all: NamespaceNode[]) => {
    const found = byKey.get(key);
    if (found) return found;
    const made = { key, parent: undefined, added: all, members: [], door: undefined, container: undefined, all };
    byKey.set(key, made);
    return made;
  };
  room(MACHINE_ROOM, []);
  const shown = new Map(processes.map((process) => [process.id, process]));
  for (const process of processes) {
    const all = ownNamespaces(keeperOf(process, shown), nodes);
    const key = MACHINE_ROOM + all.map((namespace) => namespace.id).join("+");
    room(key, all).members.push(process);
    roomOfProcess.set(process.id, key);
  }

  const bySize = [...byKey.values()].sort((a, b) => a.all.length - b.all.length);
  for (const inner of bySize) {
    if (inner.key === MACHINE_ROOM) continue;
    const outer = bySize.findLast(
      (each) => each.all.length < inner.all.length && each.all.every((namespace) => inner.all.includes(namespace)),
    );
    inner.parent = outer?.key ?? MACHINE_ROOM;
    inner.added = inner.all.filter((namespace) => !outer?.all.includes(namespace));
    const first = inner.members.find((member) => member.parent && roomOfProcess.get(member.parent) !== inner.key);
    inner.door = first?.parent;
  }
  for (const node of nodes.values()) {
    if (node.kind !== "container" || !node.init) continue;
    const home = byKey.get(roomOfProcess.get(node.init) ?? "");
    if (home && home.key !== MACHINE_ROOM) home.container = node;
  }

  const inhabited = new Set([...byKey.values()].flatMap((each) => each.all));
  const empty = [...nodes.values()].filter(
    (node): node is NamespaceNode =>
      node.kind === "namespace" &&
      isLearners(node, lab) &&
      !node.initial &&
      node.memberCount === 0 &&
      !inhabited.has(node),
  );
  return { byKey, empty };
}

/**
 * Whose room a process is drawn in. One that has ended has no namespaces any more, and only waits for its parent to collect
 * it: it stays with that one.
 */
function keeperOf(process: ProcessNode, shown: ReadonlyMap<NodeId, ProcessNode>): ProcessNode {
  const parent = process.state === "Z" ? shown.get(process.parent ?? "") : undefined;
  return parent ? keeperOf(parent, shown) : process;
}

/** A process's namespaces that are not the machine's own, in the order types are always shown. */
export function ownNamespaces(process: ProcessNode, nodes: ReadonlyMap<NodeId, GraphNode>): NamespaceNode[] {
  return namespaceTypes.flatMap((type) => {
    const node = nodes.get(process.namespaces[type] ?? "");
    return node?.kind === "namespace" && !node.initial ? [node] : [];
  });
}
