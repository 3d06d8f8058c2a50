/**
 * The head of a pane: its title and the labels of the namespaces that its room has of its own. How much room they need
 * is told here for layout and rendering alike.
 */
import type { NamespaceNode } from "@glassbox/protocol";
import type { Room } from "../model/rooms.ts";
import { shortened } from "../model/wording.ts";

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

/** How wide a pane's head is, without the space around it. */
export function headWidth(room: Room, depth: number): number {
  return Math.max(labelsWidth(room), depth === 0 ? 0 : titleWidth(room));
}

/** At the widths that letters of the title and of the smaller words beside it have on average. */
function titleWidth(room: Room): number {
  const title = titleOf(room);
  return title ? 7.2 * title.name.length + 6.4 * title.state.length + 8 : 0;
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
  return widest;
}
