/**
 * Positions for the view of cgroups: nested boxes, since cgroups nest. A box holds its meters and processes, and to
 * the right of them its children: panes are wider than high. Pure, and still: see slots.ts.
 * `render/CgroupView.tsx` draws the result.
 */
import type { CgroupGroup } from "../model/cgroup-tree.ts";
import { assignSlots, type Slots } from "./slots.ts";

/** All lengths in pixels at zoom 1. */
export const BOX = {
  width: 330,
  padding: 16,
  gap: 18,
  head: 40,
  meter: 37,
  chip: { width: 144, height: 28, gap: 8, perRow: 2 },
};
/** Process chips drawn; more are counted. A fork bomb would otherwise fill the screen. */
export const CHIPS_MAX = 6;

/** One thing the kernel counts, and its limit when there is one. */
export interface Meter {
  controller: "memory" | "pids" | "cpu";
  used: number | undefined;
  limit: number | undefined;
}

export interface PlacedGroup {
  group: CgroupGroup;
  depth: number;
  x: number;
  y: number;
  width: number;
  height: number;
  meters: Meter[];
  /** Where the chips begin, relative to the box. */
  chipsY: number;
}

export interface CgroupScene {
  width: number;
  height: number;
  groups: PlacedGroup[];
  memory: CgroupMemory;
}

/** What the next layout must know of this one: the places of children, and how high each place was. */
export interface CgroupMemory {
  slots: ReadonlyMap<string, Slots>;
  heights: ReadonlyMap<string, number>;
}

export const NO_CGROUP_MEMORY: CgroupMemory = { slots: new Map(), heights: new Map() };

/** `memory` is the previous scene's; NO_CGROUP_MEMORY lays out afresh. */
export function layoutCgroups(groups: readonly CgroupGroup[], memory: CgroupMemory): CgroupScene {
  const byKey = new Map(groups.map((group) => [group.key, group]));
  const nextSlots = new Map<string, Slots>();
  const nextHeights = new Map<string, number>();
  const placed: PlacedGroup[] = [];
  const { width, height } = placeColumn("", undefined, 0, 0, 0);
  return { width, height, groups: placed, memory: { slots: nextSlots, heights: nextHeights } };

  function placeColumn(key: string, parent: string | undefined, x: number, y: number, depth: number) {
    const children = groups.filter((group) => group.parent === parent).map((group) => group.key);
    const slots = assignSlots(memory.slots.get(key) ?? [], children);
    if (slots.length > 0) nextSlots.set(key, slots);
    let width = 0;
    let height = 0;
    for (const [place, slot] of slots.entries()) {
      const top = y + height + (height > 0 ? BOX.gap : 0);
      const group = byKey.get(slot ?? "");
      const size = group
        ? placeBox(group, x, top, depth)
        : { width: 0, height: memory.heights.get(`${key}#${place}`) ?? 0 };
      nextHeights.set(`${key}#${place}`, size.height);
      width = Math.max(width, size.width);
      height = top - y + size.height;
    }
    return { width, height };
  }

  function placeBox(group: CgroupGroup, x: number, y: number, depth: number): { width: number; height: number } {
    const index = placed.length;
    const meters = metersOf(group);
    const chips = Math.min(group.members.length, CHIPS_MAX + 1);
    const chipRows = Math.ceil(chips / BOX.chip.perRow);
    const chipsY = BOX.head + meters.length * BOX.meter + 6;
    const box: PlacedGroup = { group, depth, x, y, width: 0, height: 0, meters, chipsY };
    placed.push(box);
    const ownHeight = chipsY + chipRows * (BOX.chip.height + BOX.chip.gap) + (chipRows > 0 ? 4 : 0);
    const inner = placeColumn(group.key, group.key, x + BOX.width, y + BOX.padding, depth + 1);
    box.width = BOX.width + (inner.width > 0 ? inner.width + BOX.padding : 0);
    box.height = Math.max(ownHeight + BOX.padding - 4, inner.height > 0 ? inner.height + 2 * BOX.padding : 0);
    placed[index] = box;
    return { width: box.width, height: box.height };
  }
}

/** Meters for the controllers at work here, always in the same order. */
function metersOf(group: CgroupGroup): Meter[] {
  const { limits, usage } = group;
  const meters: Meter[] = [];
  if (usage.memoryBytes !== undefined || limits.memoryMaxBytes !== undefined) {
    meters.push({ controller: "memory", used: usage.memoryBytes, limit: limits.memoryMaxBytes });
  }
  if (usage.pidsCurrent !== undefined || limits.pidsMax !== undefined) {
    meters.push({ controller: "pids", used: usage.pidsCurrent, limit: limits.pidsMax });
  }
  if (usage.cpuUsageUs !== undefined || limits.cpuQuotaUs !== undefined) {
    const limit =
      limits.cpuQuotaUs !== undefined && limits.cpuPeriodUs ? limits.cpuQuotaUs / limits.cpuPeriodUs : undefined;
    meters.push({ controller: "cpu", used: group.cpuUse, limit });
  }
  return meters;
}
