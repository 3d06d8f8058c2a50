/**
 * Positions for the view of mounts: one box a mount namespace, side by side; in it the tree of mounts as rows, and
 * below an overlay mount its layers as a stack of glass sheets, topmost first. Pure; rows follow the tree's own order,
 * so a new mount pushes down only what stands below it. `render/MountView.tsx` draws the result.
 */
import type { MountNode } from "@glassbox/protocol";
import type { MountRow, MountTree } from "../model/mount-trees.ts";

/** All lengths in pixels at zoom 1. */
export const MOUNT = { width: 430, head: 52, row: 44, indent: 22, padding: 16, gap: 24, foot: 34 };
export const SHEET = { step: 46, height: 40, slant: 26, indent: 12, foot: 14 };

export interface Sheet {
  role: "what programs see" | "upper: writes land here" | "lower: only read";
  path: string;
  y: number;
}

export interface PlacedMount {
  row: MountRow;
  x: number;
  y: number;
  width: number;
  sheets: Sheet[];
}

export interface PlacedTree {
  tree: MountTree;
  x: number;
  y: number;
  width: number;
  height: number;
  mounts: PlacedMount[];
}

export interface MountScene {
  width: number;
  height: number;
  trees: PlacedTree[];
}

export function layoutMounts(trees: readonly MountTree[]): MountScene {
  let x = 0;
  let height = 0;
  const placed = trees.map((tree): PlacedTree => {
    const mounts: PlacedMount[] = [];
    let y = MOUNT.head;
    for (const row of tree.rows) {
      const indent = Math.min(row.depth, 6) * MOUNT.indent;
      const sheets = sheetsOf(row.mount, y + MOUNT.row + 6);
      mounts.push({
        row,
        x: x + MOUNT.padding + indent,
        y,
        width: MOUNT.width - 2 * MOUNT.padding - indent,
        sheets,
      });
      y += MOUNT.row + (sheets.length > 0 ? sheets.length * SHEET.step + SHEET.foot : 0);
    }
    const box = { tree, x, y: 0, width: MOUNT.width, height: y + MOUNT.foot, mounts };
    x += MOUNT.width + MOUNT.gap;
    height = Math.max(height, box.height);
    return box;
  });
  return { width: Math.max(0, x - MOUNT.gap), height, trees: placed };
}

function sheetsOf(mount: MountNode, top: number): Sheet[] {
  if (!mount.overlay) return [];
  const sheets: Omit<Sheet, "y">[] = [{ role: "what programs see", path: mount.mountPoint }];
  if (mount.overlay.upper) sheets.push({ role: "upper: writes land here", path: mount.overlay.upper });
  for (const path of mount.overlay.lower) sheets.push({ role: "lower: only read", path });
  return sheets.map((sheet, index) => ({ ...sheet, y: top + index * SHEET.step }));
}
