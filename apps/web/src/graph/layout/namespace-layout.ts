/**
 * Positions for the view of processes and namespaces: a process tree that grows to the right, in which every room
 * (see model/rooms.ts) is a pane of glass around its processes. Pure: model and previous places in, places out; where
 * nothing changed, positions are the same to the pixel. `render/NamespaceView.tsx` draws the result.
 */
import type { NamespaceNode, NodeId, ProcessNode } from "@glassbox/protocol";
import { MACHINE_ROOM, type Room, type Rooms } from "../model/rooms.ts";
import { headWidth, LABELS_PER_ROW } from "./room-head.ts";
import { type Item, itemsByParent } from "./room-items.ts";
import { assignSlots, type Slots } from "./slots.ts";

/** All lengths in pixels at zoom 1. */
export const CARD = { width: 172, height: 50, gapX: 34, gapY: 12 };
export const PANE = { padding: 13, label: 34, minWidth: 198, machineMinWidth: 560, title: 24 };

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
/** From the right edge of a parent's card to the left edge of its child's card or stack. */
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

export interface NamespaceLayoutOptions {
  /** What is gone, and drawn while it fades. */
  ghosts?: ReadonlySet<NodeId>;
  /** Pids of the terminals' shells, which always have a card of their own. */
  shells?: ReadonlySet<number>;
}

/** `memory` is the previous scene's; an empty map lays out afresh. */
export function layoutNamespaces(
  rooms: Rooms,
  memory: NamespaceMemory,
  { ghosts = new Set(), shells = new Set() }: NamespaceLayoutOptions = {},
): NamespaceScene {
  const roomOf = new Map<NodeId, string>();
  for (const { key, members } of rooms.byKey.values()) for (const { id } of members) roomOf.set(id, key);
  const childrenOf = itemsByParent(rooms, roomOf, shells);
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
  scene.links = linksBetween(anchors, childrenOf, rooms, roomOf);
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
      headWidth(room, depth) + 2 * PANE.padding,
      inner.width + 2 * PANE.padding,
    );
    const height = label + PANE.padding / 2 + Math.max(inner.height, CARD.height) + PANE.padding;
    scene.rooms[index] = { key: room.key, room, depth, x, y, width, height };
    return { width, height };
  }
}

/** From each card to those it made: beside it in its room, or across the edge of another room's pane. */
function linksBetween(
  anchors: ReadonlyMap<string, Placed>,
  childrenOf: ReadonlyMap<string, readonly Item[]>,
  rooms: Rooms,
  roomOf: ReadonlyMap<NodeId, string>,
): PlacedLink[] {
  const links: PlacedLink[] = [];
  const link = (parent: string, child: string, crosses: boolean) => {
    const from = anchors.get(parent);
    const to = anchors.get(child);
    if (!from || !to) return;
    links.push({
      id: `${parent}>${child}`,
      from: { x: from.x + from.width, y: from.y + CARD.height / 2 },
      to: { x: to.x, y: to.y + CARD.height / 2 },
      crosses,
    });
  };
  for (const [parent, items] of childrenOf) {
    for (const item of items) if (item.kind === "process" || item.kind === "stack") link(parent, item.id, false);
  }
  // Children in other rooms: the line runs from the parent's card into the pane.
  for (const { key, members } of rooms.byKey.values()) {
    for (const { id, parent } of members) {
      if (parent !== undefined && roomOf.get(parent) !== key) link(parent, id, true);
    }
  }
  return links;
}
