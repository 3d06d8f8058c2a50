/** Draws mounts as laid out: a box for each mount namespace, a row a mount, and an overlay's layers as sheets of glass. */
import { HardDrive } from "lucide-react";
import {
  MOUNT,
  type MountScene,
  type PlacedMount,
  type PlacedTree,
  SHEET,
  type Sheet,
} from "../layout/mount-layout.ts";
import type { MountTree } from "../model/mount-trees.ts";
import { counted, shortened } from "../model/wording.ts";
import { NodeHandle } from "./NodeHandle.tsx";
import css from "./Picture.module.css";

export function MountView({ scene }: { scene: MountScene }) {
  return scene.trees.map((placed) => <Tree key={placed.tree.namespace.id} placed={placed} />);
}

function Tree({ placed }: { placed: PlacedTree }) {
  const { tree, x, y, width, height } = placed;
  const own = !tree.namespace.initial;
  return (
    <g>
      <NodeHandle id={tree.namespace.id} label={`Mount namespace: ${tree.title}`} x={x} y={y}>
        <rect
          className={`${css.face} ${own ? css.glass : css.machine}`}
          style={{ fill: own ? "var(--glass)" : undefined }}
          width={width}
          height={height}
          rx={14}
        />
        <HardDrive x={MOUNT.padding} y={17} size={14} color="var(--mnt)" aria-hidden />
        <text x={MOUNT.padding + 22} y={29} className={css.title}>
          {shortened(tree.title, 46)}
        </text>
        <text x={MOUNT.padding} y={height - 13} className={css.detail}>
          {footText(tree)}
        </text>
      </NodeHandle>
      {placed.mounts.map((mount) => (
        <MountLine key={mount.row.mount.id} placed={mount} />
      ))}
    </g>
  );
}

function footText({ copied, namespace, rows }: MountTree): string {
  if (namespace.initial) return `and ${counted(copied, "mount")} of the machine's own`;
  const lead = rows.length === 0 ? "Still exactly the machine's mounts: " : "and copies of the machine's: ";
  return copied > 0 ? `${lead}${copied}` : "none of the machine's mounts are left";
}

function MountLine({ placed }: { placed: PlacedMount }) {
  const { row, x, y, width, sheets } = placed;
  const { mount } = row;
  const readOnly = mount.options.includes("ro");
  return (
    <g>
      <NodeHandle
        id={mount.id}
        label={`Mount of ${mount.fsType} at ${mount.mountPoint}${readOnly ? ", read-only" : ""}, ${propagation(placed)}`}
        x={x}
        y={y}
      >
        <title>{`${mount.source} on ${mount.mountPoint}, ${mount.options.join(",")}`}</title>
        <rect className={css.face} width={width} height={MOUNT.row - 8} rx={8} />
        <text x={11} y={15.5} className={css.command} style={{ fontSize: 12 }}>
          {tail(mount.mountPoint, Math.floor((width - 24) / 7.4))}
        </text>
        <text x={11} y={29.5} className={css.detail} style={{ fontSize: 11 }}>
          {[mount.fsType, readOnly ? "read-only" : "read and write", propagation(placed)].join(" · ")}
        </text>
      </NodeHandle>
      {sheets.map((sheet, index) => (
        <GlassSheet
          key={`${sheet.role} ${sheet.path}`}
          sheet={sheet}
          x={x + SHEET.indent}
          width={width - SHEET.indent}
          first={index === 0}
        />
      ))}
    </g>
  );
}

function GlassSheet({ sheet, x, width, first }: { sheet: Sheet; x: number; width: number; first: boolean }) {
  const { slant, height } = SHEET;
  const look = first ? css.sheetTop : sheet.role.startsWith("upper") ? css.sheetUpper : css.sheetLower;
  return (
    <g transform={`translate(${x} ${sheet.y})`}>
      <path
        className={`${css.sheet} ${look}`}
        d={`M${slant} 0H${width}L${width - slant} ${height}H0Z`}
        strokeLinejoin="round"
      />
      <text x={slant + 8} y={17} className={css.labelText}>
        {sheet.role}
      </text>
      <text x={slant + 2} y={31.5} className={css.path} style={{ fontSize: 11 }}>
        {tail(sheet.path, Math.floor((width - 2 * slant - 10) / 6.8))}
      </text>
    </g>
  );
}

/** The end of a path that fits, cut at a slash: where something is mounted is told by its last parts. */
function tail(path: string, maxLength: number): string {
  if (path.length <= maxLength) return path;
  const cut = path.indexOf("/", path.length - maxLength + 1);
  return cut === -1 ? shortened(path, maxLength) : `…${path.slice(cut)}`;
}

function propagation({ row: { mount } }: PlacedMount): string {
  if (mount.sharedGroup !== undefined) return "shared with others";
  return mount.masterGroup === undefined ? "private" : "follows the machine's";
}
