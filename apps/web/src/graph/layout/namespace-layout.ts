/**
 * Positions for the view of processes and namespaces: a process tree that grows to the right, in which every room
 * (see model/rooms.ts) is a pane of glass around its processes. Pure: model and previous places in, places out; where
 * nothing changed, positions are the same to the pixel. `render/NamespaceView.tsx` draws the result.
 */
import type { NamespaceNode, NodeId, ProcessNode } from "@glassbox/protocol";
import { MACHINE_ROOM, type Room, type Rooms } from "../model/rooms.ts";
import { shortened } from "../model/wording.ts";
import { assignSlots, type Slots } from "./slots.ts";

/** All lengths in pixels at zoom 1. */
export const CARD = { width: 172, height: 50, gapX: 34, gapY: 12 };
export const PANE = { padding: 13, label: 34, minWidth: 198, machineMinWidth: 560, title: 24 };
/** Leaf children of one command from this many on are drawn as one stack: sixty cards of a fork bomb tell less than "× 60". */
const STACK_FROM = 4;

export interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface PlacedCard extends Placed {
  id: NodeId;
  process: ProcessNode;
}
export interface PlacedStack extends Placed {
  id: string;
  processes: ProcessNode[];
}
export interface PlacedRoom extends Placed {
  key: string;
  room: Room;
  /** 0 is the machine. */
  depth: number;
}
export interface PlacedEmpty extends Placed {
  namespace: NamespaceNode;
}
/** From parent to child; `from` and `to` are ids of cards, stacks or rooms. */
export interface PlacedLink {
  id: string;
  from: { x: number; y: number };
  to: { x: number; y: number };
  /** True when the child is in another room than its parent. */
  crosses: boolean;
}

/** What the next layout must know of this one. */
export type NamespaceMemory = ReadonlyMap<string, Slots>;

export interface NamespaceScene {
  width: number;
  height: number;
  rooms: PlacedRoom[];
  cards: PlacedCard[];
  stacks: PlacedStack[];
  empties: PlacedEmpty[];
  links: PlacedLink[];
  memory: NamespaceMemory;
}

type Item =
  | { kind: "process"; id: string; process: ProcessNode }
  | { kind: "stack"; id: string; processes: ProcessNode[] }
  | { kind: "room"; id: string; room: Room }
  | { kind: "empty"; id: string; namespace: NamespaceNode };

/** `memory` is the previous scene's; an empty map lays out afresh. `ghosts` are gone and drawn while they fade. */
export function layoutNamespaces(
  rooms: Rooms,
  memory: NamespaceMemory,
  ghosts: ReadonlySet<NodeId> = new Set(),
): NamespaceScene {
  const roomOf = new Map<NodeId, string>();
  const processes = new Map<NodeId, ProcessNode>();
  for (const room of rooms.byKey.values()) {
    for (const member of room.members) {
      roomOf.set(member.id, room.key);
      processes.set(member.id, member);
    }
  }
  const childrenOf = itemsByParent(rooms, roomOf);
  const scene: NamespaceScene = {
    width: 0,
    height: 0,
    rooms: [],
    cards: [],
    stacks: [],
    empties: [],
    links: [],
    memory: new Map(),
  };
  const nextMemory = new Map<string, Slots>();
  const anchors = new Map<string, Placed>();

  const machine = rooms.byKey.get(MACHINE_ROOM);
  if (!machine) return scene;
  const size = placeRoom(machine, 0, 0, 0);
  scene.width = size.width;
  scene.height = size.height;
  scene.memory = nextMemory;
  addLinks();
  return scene;

  function placeColumn(parent: string, x: number, y: number, depth: number): { width: number; height: number } {
    const items = new Map((childrenOf.get(parent) ?? []).map((item) => [item.id, item]));
    const isGhost = (item: Item) =>
      item.kind === "process"
        ? ghosts.has(item.id)
        : item.kind === "room" && item.room.members.every((member) => ghosts.has(member.id));
    const fading = [...items.values()].filter(isGhost).map((item) => item.id);
    const living = [...items.keys()].filter((id) => !fading.includes(id));
    const slots = assignSlots(memory.get(parent) ?? [], living, fading);
    if (slots.length > 0) nextMemory.set(parent, slots);
    let width = 0;
    let height = 0;
    for (const id of slots) {
      const item = items.get(id ?? "");
      const top = y + height + (height > 0 ? CARD.gapY : 0);
      const taken = item ? placeItem(item, x, top, depth) : { width: 0, height: CARD.height };
      width = Math.max(width, taken.width);
      height = top - y + taken.height;
    }
    return { width, height };
  }

  function placeItem(item: Item, x: number, y: number, depth: number): { width: number; height: number } {
    if (item.kind === "room") return placeRoom(item.room, x, y, depth + 1);
    const own = { x, y, width: CARD.width, height: CARD.height };
    anchors.set(item.id, own);
    if (item.kind === "empty") scene.empties.push({ ...own, namespace: item.namespace });
    else if (item.kind === "stack") {
      scene.stacks.push({ ...own, id: item.id, processes: item.processes });
    } else {
      scene.cards.push({ ...own, id: item.id, process: item.process });
      const right = placeColumn(item.id, x + CARD.width + CARD.gapX, y, depth);
      if (right.width > 0) {
        return { width: CARD.width + CARD.gapX + right.width, height: Math.max(CARD.height, right.height) };
      }
    }
    return { width: CARD.width, height: CARD.height };
  }

  function placeRoom(room: Room, x: number, y: number, depth: number): { width: number; height: number } {
    const index = scene.rooms.length;
    scene.rooms.push({ key: room.key, room, depth, x, y, width: 0, height: 0 });
    const labels = Math.ceil(room.added.length / LABELS_PER_ROW);
    const title = room.container && depth > 0 ? PANE.title : 0;
    const label = depth === 0 ? PANE.label + 8 : title + Math.max(1, labels) * (PANE.label - 6) + 8;
    const inner = placeColumn(room.key, x + PANE.padding, y + label + PANE.padding / 2, depth);
    const width = Math.max(
      depth === 0 ? PANE.machineMinWidth : PANE.minWidth,
      labelsWidth(room),
      depth === 0 ? 0 : titleWidth(room),
      inner.width + 2 * PANE.padding,
    );
    const height = label + PANE.padding / 2 + Math.max(inner.height, CARD.height) + PANE.padding;
    scene.rooms[index] = { key: room.key, room, depth, x, y, width, height };
    return { width, height };
  }

  function addLinks() {
    for (const [parent, items] of childrenOf) {
      const from = anchors.get(parent);
      if (!from) continue;
      for (const item of items) if (item.kind === "process" || item.kind === "stack") link(parent, item.id, false);
    }
    // Children in other rooms: the line runs from the parent's card into the pane.
    for (const child of processes.values()) {
      const crosses = child.parent !== undefined && roomOf.get(child.parent) !== roomOf.get(child.id);
      if (child.parent && crosses) link(child.parent, child.id, true);
    }
  }

  function link(parent: string, child: string, crosses: boolean) {
    const from = anchors.get(parent);
    const to = anchors.get(child);
    if (!from || !to) return;
    scene.links.push({
      id: `${parent}>${child}`,
      from: { x: from.x + from.width, y: from.y + CARD.height / 2 },
      to: { x: to.x, y: to.y + CARD.height / 2 },
      crosses,
    });
  }
}

/** Namespace labels that fit in one row of a pane's head; render/ wraps at the same count. */
export const LABELS_PER_ROW = 3;
/** Width of one namespace label. UTS is wider: it carries the hostname. */
export function labelWidth(namespace: NamespaceNode): number {
  return namespace.type === "uts" ? 74 + 7.2 * Math.min(22, (namespace.hostname ?? "").length) : 78;
}

/** What a pane around a container says above its labels; `state` is set apart from `name`. */
export function titleOf(room: Room): { name: string; state: string } | undefined {
  if (!room.container) return undefined;
  const { runtime, containerId, status } = room.container;
  if (runtime === "by hand") return { name: "Container, made by hand", state: "" };
  return { name: `Container ${shortened(containerId, 24)}`, state: `${runtime}, ${status}` };
}

/** At the widths that letters of the title and of the smaller words beside it have on average. */
function titleWidth(room: Room): number {
  const title = titleOf(room);
  return title ? 7.2 * title.name.length + 6.4 * title.state.length + 8 + 2 * PANE.padding : 0;
}

function labelsWidth(room: Room): number {
  let widest = 0;
  for (let start = 0; start < room.added.length; start += LABELS_PER_ROW) {
    const row = room.added.slice(start, start + LABELS_PER_ROW);
    widest = Math.max(
      widest,
      row.reduce((sum, namespace) => sum + labelWidth(namespace) + 6, 0),
    );
  }
  return widest + 2 * PANE.padding;
}

/**
 * What hangs where: a process below its parent when both are in one room, else below its room; a room below the
 * process that made it, when that one is in the enclosing room, else directly in the enclosing room.
 */
function itemsByParent(rooms: Rooms, roomOf: ReadonlyMap<NodeId, string>): Map<string, Item[]> {
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
    result.set(parent, stacked(parent, inOrder, isParent));
  }
  return result;
}

/** Replaces many leaf processes of one command by one stack, at the place of the first. */
function stacked(parent: string, items: readonly Item[], isParent: ReadonlySet<string>): Item[] {
  const leaves = new Map<string, ProcessNode[]>();
  for (const item of items) {
    if (item.kind !== "process" || isParent.has(item.id)) continue;
    leaves.set(item.process.comm, [...(leaves.get(item.process.comm) ?? []), item.process]);
  }
  const done = new Set<string>();
  return items.flatMap((item): Item[] => {
    if (item.kind !== "process" || isParent.has(item.id)) return [item];
    const group = leaves.get(item.process.comm) ?? [];
    if (group.length < STACK_FROM) return [item];
    if (done.has(item.process.comm)) return [];
    done.add(item.process.comm);
    return [{ kind: "stack", id: `stack:${parent}:${item.process.comm}`, processes: group }];
  });
}
