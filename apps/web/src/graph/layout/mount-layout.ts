/**
 * Positions for the view of mounts: one box a mount namespace, side by side; in it the tree of mounts as rows, and
 * below an overlay mount its layers as a stack of glass sheets, topmost first. Pure; rows follow the tree's own order,
 * so a new mount pushes down only what stands below it; long trees go on in a second column. `render/MountView.tsx` draws the result.
 */
import type { MountNode } from "@glassbox/protocol";
import type { MountRow, MountTree } from "../model/mount-trees.ts";

/** All lengths in pixels at zoom 1. */
export const MOUNT = { width: 400, head: 52, row: 44, indent: 22, padding: 16, gap: 24, foot: 34 };
/** How high a column of mounts grows: what two low ones hold is read at once, and long trees need few columns. */
const COLUMN = { low: 264, high: 484 };
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
    let column = 0;
    let y = MOUNT.head;
    let bottom = y;
    const whole = tree.rows.reduce((sum, { mount }) => sum + heightOf(mount), 0);
    const columnHeight = whole <= 2 * COLUMN.low ? COLUMN.low : COLUMN.high;
    for (const row of tree.rows) {
      const indent = Math.min(row.depth, 6) * MOUNT.indent;
      const sheets = sheetsOf(row.mount, 0);
      const taken = heightOf(row.mount);
      // A container has some thirty mounts: a second column beats a tower that nobody can read at once.
      if (y > MOUNT.head && y + taken > MOUNT.head + columnHeight) {
        column += 1;
        y = MOUNT.head;
      }
      mounts.push({
        row,
        x: x + column * MOUNT.width + MOUNT.padding + indent,
        y,
        width: MOUNT.width - 2 * MOUNT.padding - indent,
        sheets: sheets.map((sheet) => ({ ...sheet, y: sheet.y + y + MOUNT.row + 6 })),
      });
      y += taken;
      bottom = Math.max(bottom, y);
    }
    const width = (column + 1) * MOUNT.width;
    const box = { tree, x, y: 0, width, height: bottom + MOUNT.foot, mounts };
    x += width + MOUNT.gap;
    height = Math.max(height, box.height);
    return box;
  });
  return { width: Math.max(0, x - MOUNT.gap), height, trees: placed };
}

/** Of a row with the sheets below it. */
function heightOf(mount: MountNode): number {
  const sheets = sheetsOf(mount, 0).length;
  return MOUNT.row + (sheets > 0 ? sheets * SHEET.step + SHEET.foot : 0);
}

function sheetsOf(mount: MountNode, top: number): Sheet[] {
  if (!mount.overlay) return [];
  const sheets: Omit<Sheet, "y">[] = [{ role: "what programs see", path: mount.mountPoint }];
  if (mount.overlay.upper) sheets.push({ role: "upper: writes land here", path: mount.overlay.upper });
  for (const path of mount.overlay.lower) sheets.push({ role: "lower: only read", path });
  return sheets.map((sheet, index) => ({ ...sheet, y: top + index * SHEET.step }));
}
