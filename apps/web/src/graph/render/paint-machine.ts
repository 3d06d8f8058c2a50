/** Paints the machine's lanes on a canvas, only what is in view; colours are the page's own. */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import type { ZoomTransform } from "d3";
import { LANE, type MachineScene, type PlacedLine } from "../layout/machine-layout.ts";
import type { Mark } from "../model/graph.ts";
import { nameOf } from "../model/selection.ts";
import { clipped, lastPart, shortCommandOf } from "../model/wording.ts";
import { KIND_WORDS } from "../model/words.ts";

/** Below this zoom letters are smudges: lines are drawn as bars instead. */
const TEXT_FROM_ZOOM = 0.42;

export interface MachinePaint {
  scene: MachineScene;
  size: { width: number; height: number };
  transform: ZoomTransform;
  marks: ReadonlyMap<NodeId, Mark>;
  selected: NodeId | undefined;
  hovered: NodeId | undefined;
  /** What the hovered or chosen object is tied to. */
  ties: readonly NodeId[];
}

export function paintMachine(context: CanvasRenderingContext2D, paint: MachinePaint): void {
  const { scene, size, transform, ties } = paint;
  const density = window.devicePixelRatio || 1;
  const canvas = context.canvas;
  if (canvas.width !== Math.round(size.width * density) || canvas.height !== Math.round(size.height * density)) {
    canvas.width = Math.round(size.width * density);
    canvas.height = Math.round(size.height * density);
  }
  const colours = readColours();
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  context.translate(transform.x, transform.y);
  context.scale(transform.k, transform.k);

  const [, top] = transform.invert([0, 0]);
  const [, bottom] = transform.invert([0, size.height]);
  const centre = paint.hovered ?? paint.selected;
  const lit = new Set(ties);
  for (const lane of scene.lanes) {
    context.fillStyle = colours.pane;
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(lane.x - 12, 0, lane.width + 24, LANE.head + lane.count * LANE.line + 12, 12);
    context.fill();
    context.stroke();
    context.fillStyle = colours.ink2;
    context.font = `620 14px ${colours.sans}`;
    context.fillText(
      `${lane.count} ${lane.count === 1 ? KIND_WORDS[lane.kind].one : KIND_WORDS[lane.kind].many}`,
      lane.x,
      27,
    );
  }
  const from = centre === undefined ? undefined : scene.byId.get(centre);
  if (from) for (const id of ties) paintTie(context, from, scene.byId.get(id), colours);
  for (const line of scene.lines) {
    if (line.y + LANE.line < top || line.y > bottom) continue;
    paintLine(context, line, colours, {
      mark: paint.marks.get(line.node.id),
      centre: line.node.id === centre,
      tied: lit.has(line.node.id),
      dim: centre !== undefined && line.node.id !== centre && !lit.has(line.node.id),
      bars: transform.k < TEXT_FROM_ZOOM,
    });
  }
}

interface LineLook {
  mark: Mark | undefined;
  centre: boolean;
  tied: boolean;
  dim: boolean;
  bars: boolean;
}

function paintLine(context: CanvasRenderingContext2D, line: PlacedLine, colours: Colours, look: LineLook): void {
  const { node, x, y, width, indent } = line;
  const yours = node.origin === "learner";
  if (look.centre || look.tied) {
    context.fillStyle = colours.accentSoft;
    context.beginPath();
    context.roundRect(x - 6, y + 1, width + 12, LANE.line - 2, 5);
    context.fill();
  }
  if (look.mark) {
    context.strokeStyle = look.mark.kind === "new" ? colours.accent : colours.warn;
    context.lineWidth = 1.6;
    context.beginPath();
    context.roundRect(x - 6, y + 1, width + 12, LANE.line - 2, 5);
    context.stroke();
  }
  context.globalAlpha = look.dim ? 0.6 : 1;
  context.fillStyle = yours ? colours.accent : node.kind === "namespace" ? colours.of[node.type] : colours.line2;
  paintShape(context, node, x + indent, y + LANE.line / 2);
  context.fillStyle = yours ? colours.ink : colours.ink2;
  const left = x + indent + 15;
  if (look.bars) {
    context.globalAlpha *= 0.45;
    context.fillRect(left, y + 8, Math.min(width - indent - 15, nameOf(node).length * 6), 6);
  } else {
    context.font = `${yours ? 600 : 450} 12px ${colours.mono}`;
    context.fillText(clipped(textOf(line), Math.floor((width - indent - 15) / 7.25)), left, y + 15.5);
  }
  context.globalAlpha = 1;
}

/** Circle: process. Square: namespace. Bar: cgroup. Triangle: mount. Hexagon would be too small: container is a ring. */
function paintShape(context: CanvasRenderingContext2D, node: GraphNode, x: number, y: number): void {
  context.beginPath();
  if (node.kind === "process") context.arc(x + 4, y, 4, 0, 2 * Math.PI);
  else if (node.kind === "namespace") context.rect(x, y - 4, 8, 8);
  else if (node.kind === "cgroup") context.rect(x, y - 2, 9, 4);
  else if (node.kind === "mount") {
    context.moveTo(x + 4, y - 4.5);
    context.lineTo(x + 8.5, y + 4);
    context.lineTo(x - 0.5, y + 4);
  } else {
    context.arc(x + 4, y, 4.5, 0, 2 * Math.PI);
    context.arc(x + 4, y, 2.2, 0, 2 * Math.PI, true);
  }
  context.fill();
}

function paintTie(
  context: CanvasRenderingContext2D,
  from: PlacedLine,
  to: PlacedLine | undefined,
  colours: Colours,
): void {
  if (!to) return;
  context.strokeStyle = colours.accent;
  context.globalAlpha = 0.5;
  context.lineWidth = 1.3;
  const right = to.x > from.x;
  const startX = right ? from.x + from.width + 6 : from.x - 6;
  const endX = to.x === from.x ? from.x - 6 : right ? to.x - 6 : to.x + to.width + 6;
  const bend = to.x === from.x ? -40 : ((endX - startX) / 2) * 0.9;
  const [startY, endY] = [from.y + LANE.line / 2, to.y + LANE.line / 2];
  context.beginPath();
  context.moveTo(startX, startY);
  context.bezierCurveTo(startX + bend, startY, to.x === from.x ? endX + bend : endX - bend, endY, endX, endY);
  context.stroke();
  context.globalAlpha = 1;
}

/** Shorter than `nameOf`: the lane already says the kind, and depth shows the path above. */
function textOf({ node, indent, whose }: PlacedLine): string {
  if (node.kind === "cgroup" && indent > 0) return lastPart(node.path);
  if (node.kind === "process") return `${node.pid} ${shortCommandOf(node)}`;
  const name = node.kind === "mount" ? `${node.mountPoint}  ${node.fsType}` : nameOf(node);
  return whose === "" ? name : `${name}  ${whose}`;
}

type Colours = ReturnType<typeof readColours>;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    pane: read("--pane"),
    line: read("--line"),
    line2: read("--line-2"),
    ink: read("--ink"),
    ink2: read("--ink-2"),
    accent: read("--accent"),
    accentSoft: read("--accent-soft"),
    warn: read("--warn"),
    sans: read("--sans"),
    mono: read("--mono"),
    of: {
      mnt: read("--mnt"),
      uts: read("--uts"),
      ipc: read("--ipc"),
      pid: read("--pid"),
      net: read("--net"),
      user: read("--user"),
      cgroup: read("--cgroup"),
      time: read("--time"),
    },
  };
}
