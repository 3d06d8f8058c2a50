/** Draws processes and namespaces as laid out: panes of glass for rooms, cards for processes, lines from parent to child. */
import type { ProcessNode } from "@glassbox/protocol";
import { FolderRoot } from "lucide-react";
import { memo } from "react";
import {
  CARD,
  type NamespaceScene,
  PANE,
  type PlacedCard,
  type PlacedRoom,
  type PlacedStack,
} from "../layout/namespace-layout.ts";
import { LABELS_PER_ROW, labelWidth, titleOf } from "../layout/room-head.ts";
import { clipped, commandOf, shortCommandOf, shortened } from "../model/wording.ts";
import { NAMESPACE_WORDS, namespaceTypes } from "../model/words.ts";
import { NamespaceIcon } from "./NamespaceIcon.tsx";
import { NodeHandle } from "./NodeHandle.tsx";
import css from "./Picture.module.css";
import { usePicture } from "./picture-context.ts";

export interface NamespaceViewProps {
  scene: NamespaceScene;
  /** Title of the outermost pane: the machine's hostname. */
  machine: string;
}

/** Drawn again only for a new scene; marks and choices reach the objects by themselves. */
export const NamespaceView = memo(function NamespaceView({ scene, machine }: NamespaceViewProps) {
  return (
    <g>
      {scene.rooms.map((room) => (
        <Room key={room.key} placed={room} machine={machine} />
      ))}
      {scene.links.map((link) => (
        <path
          key={link.id}
          d={curve(link.from, link.to)}
          className={`${css.link} ${link.crosses ? css.crosses : ""}`}
        />
      ))}
      {scene.rooms.map((room) =>
        room.depth === 0 ? <MachineLabels key={room.key} placed={room} /> : <RoomLabels key={room.key} placed={room} />,
      )}
      {scene.cards.map((card) => (
        <ProcessCard key={card.id} placed={card} />
      ))}
      {scene.stacks.map((stack) => (
        <Stack key={stack.id} placed={stack} />
      ))}
      {scene.empties.map(({ namespace, x, y, width, height }) => (
        <NodeHandle
          key={namespace.id}
          id={namespace.id}
          label={`${NAMESPACE_WORDS[namespace.type].title}, no process inside`}
          x={x}
          y={y}
        >
          <rect className={css.face} width={width} height={height} rx={9} strokeDasharray="5 4" />
          <NamespaceIcon type={namespace.type} x={12} y={10} size={14} />
          <text x={32} y={21} className={css.labelText}>
            {NAMESPACE_WORDS[namespace.type].short} namespace
          </text>
          <text x={12} y={39} className={css.detail}>
            {namespace.heldBy[0] ? `kept by ${shortened(namespace.heldBy[0], 19)}` : "no process inside yet"}
          </text>
        </NodeHandle>
      ))}
    </g>
  );
});

function Room({ placed, machine }: { placed: PlacedRoom; machine: string }) {
  const { x, y, width, height, depth, room } = placed;
  const isMachine = depth === 0;
  const title = titleOf(room);
  return (
    <g style={{ transform: `translate(${x}px, ${y}px)` }} className={css.node} pointerEvents="none">
      <rect className={isMachine ? css.machine : css.glass} width={width} height={height} rx={14} />
      {!isMachine && (
        <path className={css.shine} d={`M2 ${height - 18} V16 Q2 2 16 2 H${Math.min(width * 0.6, width - 18)}`} />
      )}
      {isMachine && (
        <text x={PANE.padding} y={26} className={css.title}>
          This machine
          <tspan className={css.detail} dx={8}>
            {shortened(machine, 40)}
          </tspan>
        </text>
      )}
      {title && !isMachine && (
        <text x={PANE.padding - 2} y={24} className={css.title}>
          {title.name}
          <tspan className={css.detail} dx={8}>
            {title.state}
          </tspan>
        </text>
      )}
    </g>
  );
}

/** The machine's own namespaces, quietly: everything outside the inner panes is in these. */
function MachineLabels({ placed }: { placed: PlacedRoom }) {
  const { initial } = usePicture();
  return namespaceTypes.map((type, index) => {
    const namespace = initial.find((each) => each.type === type);
    if (!namespace) return null;
    const { title, gives } = NAMESPACE_WORDS[type];
    return (
      <NodeHandle
        key={namespace.id}
        id={namespace.id}
        label={`The machine's own ${title}`}
        x={placed.x + placed.width - PANE.padding - (namespaceTypes.length - index) * 28 + 4}
        y={placed.y + 9}
      >
        <title>{`${title} of the machine. One of its own would give a process ${gives}.`}</title>
        <rect className={css.face} width={24} height={24} rx={6} />
        <NamespaceIcon type={type} x={5.5} y={5.5} size={13} />
      </NodeHandle>
    );
  });
}

/** The namespaces that make a pane a pane: its labels, each one an object to point at. */
function RoomLabels({ placed }: { placed: PlacedRoom }) {
  let x = PANE.padding - 6;
  return placed.room.added.map((namespace, index) => {
    if (index % LABELS_PER_ROW === 0) x = PANE.padding - 6;
    const left = x;
    const width = labelWidth(namespace);
    x += width + 6;
    const { short, title, gives } = NAMESPACE_WORDS[namespace.type];
    const top = (placed.room.container ? PANE.title : 0) + 9 + Math.floor(index / LABELS_PER_ROW) * (PANE.label - 6);
    return (
      <NodeHandle
        key={namespace.id}
        id={namespace.id}
        label={`${title}${namespace.hostname ? `, hostname ${namespace.hostname}` : ""}`}
        x={placed.x + left}
        y={placed.y + top}
      >
        <title>{`${title}: processes in this pane have ${gives}`}</title>
        <rect className={css.face} width={width} height={23} rx={6} />
        <NamespaceIcon type={namespace.type} x={7} y={5} size={13} />
        <text x={25} y={15.5} className={css.labelText}>
          {short}
          {namespace.hostname !== undefined && (
            <tspan className={css.path} dx={6}>
              {shortened(namespace.hostname, 22)}
            </tspan>
          )}
        </text>
      </NodeHandle>
    );
  });
}

function ProcessCard({ placed }: { placed: PlacedCard }) {
  const { process, x, y, width, height } = placed;
  const zombie = process.state === "Z";
  const inside = process.nsPids.length > 1 ? process.nsPids.at(-1) : undefined;
  const terminal = usePicture().terminals.get(process.pid);
  const ownRoot = process.root !== "/" && process.root !== "";
  return (
    <NodeHandle id={process.id} label={processLabel(process)} x={x} y={y}>
      <title>{commandOf(process)}</title>
      <rect className={css.face} width={width} height={height} rx={9} strokeDasharray={zombie ? "5 4" : undefined} />
      <rect x={0.5} y={10} width={3} height={height - 20} rx={1.5} fill={zombie ? "var(--ink-3)" : "var(--accent)"} />
      <text x={13} y={21} className={css.command}>
        {clipped(zombie ? `${process.comm} (zombie)` : shortCommandOf(process), 20)}
      </text>
      <text x={13} y={38.5} className={css.detail}>
        pid {process.pid}
        {inside !== undefined && (
          <tspan className={css.strong} dx={6}>
            inside: {inside}
          </tspan>
        )}
        {terminal !== undefined && !ownRoot && inside === undefined && <tspan dx={6}>terminal {terminal}</tspan>}
      </text>
      {ownRoot && (
        <g>
          <FolderRoot
            x={width - 26 - rootLabel(process.root).length * 6.9}
            y={29}
            size={12}
            color="var(--mnt)"
            aria-hidden
          />
          <text x={width - 10} y={38.5} textAnchor="end" className={css.path} fontSize={11}>
            {rootLabel(process.root)}
          </text>
        </g>
      )}
    </NodeHandle>
  );
}

function Stack({ placed }: { placed: PlacedStack }) {
  const { processes, x, y, width, height } = placed;
  const first = processes[0] as ProcessNode;
  return (
    <NodeHandle id={first.id} label={`${processes.length} processes ${first.comm}`} x={x} y={y}>
      <rect className={css.face} x={8} y={-6} width={width - 16} height={height} rx={9} opacity={0.5} />
      <rect className={css.face} x={4} y={-3} width={width - 8} height={height} rx={9} opacity={0.75} />
      <rect className={css.face} width={width} height={height} rx={9} />
      <text x={13} y={21} className={css.command}>
        {clipped(first.state === "Z" ? `${first.comm} (zombie)` : shortCommandOf(first), 15)}
        <tspan className={css.strong} dx={8}>
          × {processes.length}
        </tspan>
      </text>
      <text x={13} y={38.5} className={css.detail}>
        pids {first.pid} to {processes.at(-1)?.pid}
      </text>
    </NodeHandle>
  );
}

function processLabel(process: ProcessNode): string {
  const parts = [`Process ${process.pid}, ${shortened(commandOf(process), 80)}`];
  if (process.nsPids.length > 1) parts.push(`sees itself as ${process.nsPids.at(-1)}`);
  if (process.root !== "/") parts.push(`root directory ${process.root}`);
  if (process.state === "Z") parts.push("ended, not collected");
  return parts.join(", ");
}

/** Where the root directory is, short: the last part of the path says which one. */
function rootLabel(root: string): string {
  return shortened(`…/${root.split("/").filter(Boolean).at(-1) ?? ""}`, 13);
}

function curve(from: { x: number; y: number }, to: { x: number; y: number }): string {
  if (to.x > from.x) {
    const middle = from.x + Math.min(22, (to.x - from.x) / 2);
    if (Math.abs(to.y - from.y) < 1) return `M${from.x} ${from.y}H${to.x}`;
    const bend = Math.min(9, Math.abs(to.y - from.y) / 2) * Math.sign(to.y - from.y);
    return `M${from.x} ${from.y}H${middle - 9}Q${middle} ${from.y} ${middle} ${from.y + bend}V${to.y - bend}Q${middle} ${to.y} ${middle + 9} ${to.y}H${to.x}`;
  }
  // The child stands under its parent or left of it, having entered a room that another process made: a line out of the
  // card's other side, since one from its right would cross the cards.
  const left = from.x - CARD.width;
  const bulge = Math.min(left, to.x) - 22;
  return `M${left} ${from.y}C${bulge} ${from.y} ${bulge} ${to.y} ${to.x} ${to.y}`;
}

/** Used by GraphPane to tell whether the picture has anything of the learner's in it. */
export const isEmptyScene = (scene: NamespaceScene): boolean =>
  scene.cards.length + scene.stacks.length + scene.empties.length === 0;
