/**
 * Where the objects of a laid-out scene stand, whatever the scene: an object has one box, that of the room, row or card
 * that stands for it. With this the view finds what a step is about in a picture too big to be shown whole (view-fit.ts).
 */
import type { NodeId } from "@glassbox/protocol";
import type { CgroupScene } from "./cgroup-layout.ts";
import { MOUNT, type MountScene } from "./mount-layout.ts";
import type { NamespaceScene, Placed } from "./namespace-layout.ts";

export type Places = ReadonlyMap<NodeId, Placed>;

/** A container and its namespaces stand where its room is, a process where its card or its stack is. */
export function placesOfNamespaces(scene: NamespaceScene): Places {
  const places = new Map<NodeId, Placed>();
  for (const placed of scene.rooms) {
    if (placed.depth === 0) continue;
    for (const { id } of placed.room.added) places.set(id, placed);
    if (placed.room.container) places.set(placed.room.container.id, placed);
  }
  for (const placed of scene.empties) places.set(placed.namespace.id, placed);
  for (const placed of scene.stacks) for (const { id } of placed.processes) places.set(id, placed);
  for (const placed of scene.cards) places.set(placed.id, placed);
  return places;
}

/** On v1 a group's nodes, one a controller, stand in the same box. */
export function placesOfCgroups(scene: CgroupScene): Places {
  return new Map(scene.groups.flatMap((placed) => placed.group.parts.map(({ id }) => [id, placed] as const)));
}

/** A mount stands in its row, with its layers; a namespace at its head, since its rows may fill many screens. */
export function placesOfMounts(scene: MountScene): Places {
  const places = new Map<NodeId, Placed>();
  for (const tree of scene.trees) {
    places.set(tree.tree.namespace.id, { x: tree.x, y: tree.y, width: MOUNT.width, height: MOUNT.head });
    for (const { row, x, y, width, sheets } of tree.mounts) {
      places.set(row.mount.id, { x, y, width, height: (sheets.at(-1)?.y ?? y) + MOUNT.row - y });
    }
  }
  return places;
}

/** The smallest box around those of `ids` that have a place; undefined when none has. */
export function boxAround(ids: readonly NodeId[], places: Places): Placed | undefined {
  const boxes = ids.flatMap((id) => places.get(id) ?? []);
  if (boxes.length === 0) return undefined;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}
