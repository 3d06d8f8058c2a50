/**
 * What hangs where in the view of processes and namespaces, before anything has a place: processes below their parents,
 * rooms below the process that made them, many alike as one stack. `namespace-layout.ts` gives them places.
 */
import type { NamespaceNode, NodeId, ProcessNode } from "@glassbox/protocol";
import { MACHINE_ROOM, type Room, type Rooms } from "../model/rooms.ts";

/** Leaf children of one command from this many on are drawn as one stack: sixty cards of a fork bomb tell less than "× 60". */
const STACK_FROM = 4;

export type Item =
  | { kind: "process"; id: string; process: ProcessNode }
  | { kind: "stack"; id: string; processes: ProcessNode[] }
  | { kind: "room"; id: string; room: Room }
  | { kind: "empty"; id: string; namespace: NamespaceNode };

/**
 * What hangs where: a process below its parent when both are in one room, else below its room; a room below the
 * process that made it, when that one is in the enclosing room, else directly in the enclosing room. `shells` are the
 * pids of the terminals' shells, which are never stacked: each is known by its terminal's name.
 */
export function itemsByParent(
  rooms: Rooms,
  roomOf: ReadonlyMap<NodeId, string>,
  shells: ReadonlySet<number>,
): Map<string, Item[]> {
  const items = new Map<string, (Item & { firstSeenMs: number })[]>();
  const add = (parent: string, item: Item, firstSeenMs: number) => {
    items.set(parent, [...(items.get(parent) ?? []), { ...item, firstSeenMs }]);
  };
  for (const room of rooms.byKey.values()) {
    if (room.parent !== undefined) {
      const atDoor = room.door !== undefined && roomOf.get(room.door) === room.parent;
      const since = Math.min(...room.members.map((member) => member.firstSeenMs));
      add(atDoor && room.door ? room.door : room.parent, { kind: "room", id: room.key, room }, since);
    }
    for (const member of room.members) {
      const parent = member.parent !== undefined && roomOf.get(member.parent) === room.key ? member.parent : room.key;
      add(parent, { kind: "process", id: member.id, process: member }, member.firstSeenMs);
    }
  }
  for (const namespace of rooms.empty) {
    add(MACHINE_ROOM, { kind: "empty", id: namespace.id, namespace }, namespace.firstSeenMs);
  }
  const isParent = new Set(items.keys());
  const result = new Map<string, Item[]>();
  for (const [parent, list] of items) {
    const inOrder = list.sort((a, b) => a.firstSeenMs - b.firstSeenMs || (a.id < b.id ? -1 : 1));
    result.set(parent, stacked(parent, inOrder, mayStack));
  }
  return result;

  function mayStack({ id, pid }: ProcessNode): boolean {
    return !isParent.has(id) && !shells.has(pid);
  }
}

/** Replaces many leaf processes of one command by one stack, at the place of the first. */
function stacked(parent: string, items: readonly Item[], mayStack: (process: ProcessNode) => boolean): Item[] {
  const leaves = new Map<string, ProcessNode[]>();
  for (const item of items) {
    if (item.kind !== "process" || !mayStack(item.process)) continue;
    leaves.set(item.process.comm, [...(leaves.get(item.process.comm) ?? []), item.process]);
  }
  const done = new Set<string>();
  return items.flatMap((item): Item[] => {
    if (item.kind !== "process" || !mayStack(item.process)) return [item];
    const group = leaves.get(item.process.comm) ?? [];
    if (group.length < STACK_FROM) return [item];
    if (done.has(item.process.comm)) return [];
    done.add(item.process.comm);
    return [{ kind: "stack", id: `stack:${parent}:${item.process.comm}`, processes: group }];
  });
}
