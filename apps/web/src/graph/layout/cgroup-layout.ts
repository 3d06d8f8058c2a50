/**
 * Positions for the view of cgroups: nested boxes, since cgroups nest. A box holds its meters, then its processes, then
 * its children side by side. Pure, and still: see slots.ts. `render/CgroupView.tsx` draws the result.
 */
import type { CgroupGroup } from "../model/cgroup-tree.ts";
import { assignSlots, type Slots } from "./slots.ts";

/** All lengths in pixels at zoom 1. */
export const BOX = {
  width: 330,
  padding: 16,
  gap: 18,
  head: 42,
  meter: 44,
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
  memory: ReadonlyMap<string, Slots>;
}

/** `memory` is the previous scene's; an empty map lays out afresh. */
export function layoutCgroups(groups: readonly CgroupGroup[], memory: ReadonlyMap<string, Slots>): CgroupScene {
  const byKey = new Map(groups.map((group) => [group.key, group]));
  const nextMemory = new Map<string, Slots>();
  const placed: PlacedGroup[] = [];
  const { width, height } = placeRow("", undefined, 0, 0, 0);
  return { width, height, groups: placed, memory: nextMemory };

  function placeRow(key: string, parent: string | undefined, x: number, y: number, depth: number) {
    const children = groups.filter((group) => group.parent === parent).map((group) => group.key);
    const slots = assignSlots(memory.get(key) ?? [], children);
    if (slots.length > 0) nextMemory.set(key, slots);
    let width = 0;
    let height = 0;
    for (const slot of slots) {
      const left = x + width + (width > 0 ? BOX.gap : 0);
      const group = byKey.get(slot ?? "");
      const size = group ? placeBox(group, left, y, depth) : { width: BOX.width, height: 0 };
      width = left - x + size.width;
      height = Math.max(height, size.height);
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
    const inner = placeRow(group.key, group.key, x + BOX.padding, y + ownHeight + 4, depth + 1);
    box.width = Math.max(BOX.width, inner.width > 0 ? inner.width + 2 * BOX.padding : 0);
    box.height = ownHeight + (inner.height > 0 ? inner.height + 4 : 0) + BOX.padding - 4;
    placed[index] = box;
    return { width: box.width, height: box.height };
  }
}

/** Meters for the controllers at work here, always in the same order. */
export function metersOf(group: CgroupGroup): Meter[] {
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
