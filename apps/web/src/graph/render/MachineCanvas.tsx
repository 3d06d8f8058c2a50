/**
 * The whole machine on a canvas: lanes of lines (see layout/machine-layout.ts), and from what is pointed at or chosen
 * the ties to everything it belongs to. Thousands of lines as elements would be slow; a canvas draws what is in view.
 * The table beside it is the same for those who cannot see or point.
 */
"use client";
import type { GraphNode, NodeId } from "@glassbox/protocol";
import * as d3 from "d3";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { THEME_CHANGED } from "../../chrome/theme.ts";
import { LANE, layoutMachine, type PlacedLine } from "../layout/machine-layout.ts";
import { dwellersOf } from "../model/dwellers.ts";
import type { Mark } from "../model/graph.ts";
import { nameOf, relatedTo } from "../model/selection.ts";
import css from "./MachineCanvas.module.css";
import { paintMachine } from "./paint-machine.ts";
import { useSize } from "./use-size.ts";
import { ZoomButtons } from "./ZoomButtons.tsx";
import { zoomStepFor } from "./zoom-keys.ts";

const RANGE: [number, number] = [0.08, 2.5];
const MARGIN = 28;
/** Zoom below which names are hard to read. */
const LEGIBLE = 0.68;

export interface MachineCanvasProps {
  shown: readonly GraphNode[];
  nodes: ReadonlyMap<NodeId, GraphNode>;
  marks: ReadonlyMap<NodeId, Mark>;
  selected: NodeId | undefined;
  onSelect(id: NodeId | undefined): void;
}

export function MachineCanvas({ shown, nodes, marks, selected, onSelect }: MachineCanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const zoom = useRef<d3.ZoomBehavior<HTMLCanvasElement, unknown>>(undefined);
  const [transform, setTransform] = useState(() => d3.zoomIdentity.translate(MARGIN, 10).scale(0.85));
  const [hovered, setHovered] = useState<NodeId>();
  const [themeRound, setThemeRound] = useState(0);
  const size = useSize(frame);
  const scene = useMemo(() => layoutMachine(shown, dwellersOf(nodes.values()), nodes), [shown, nodes]);
  const centre = hovered ?? selected;
  const ties = useMemo(() => {
    const node = centre === undefined ? undefined : nodes.get(centre);
    return node ? relatedTo(node, nodes) : [];
  }, [centre, nodes]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const behaviour = d3
      .zoom<HTMLCanvasElement, unknown>()
      .scaleExtent(RANGE)
      .on("zoom", (event: d3.D3ZoomEvent<HTMLCanvasElement, unknown>) => setTransform(event.transform));
    zoom.current = behaviour;
    const selection = d3.select(element);
    selection.call(behaviour).on("dblclick.zoom", null);
    const recolour = () => setThemeRound((before) => before + 1);
    window.addEventListener(THEME_CHANGED, recolour);
    return () => {
      selection.on(".zoom", null);
      window.removeEventListener(THEME_CHANGED, recolour);
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme means other colours
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || size.width === 0) return;
    paintMachine(context, { scene, size, transform, marks, selected, hovered, ties });
  }, [scene, size, transform, marks, selected, hovered, ties, themeRound]);

  // Once, when the size is first known: as many lanes in view as stay legible.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || size.width === 0 || !canvas.current || !zoom.current) return;
    begun.current = true;
    const scale = Math.max(LEGIBLE, Math.min(0.95, (size.width - 2 * MARGIN) / scene.width));
    d3.select(canvas.current).call(zoom.current.transform, d3.zoomIdentity.translate(MARGIN, 14).scale(scale));
  }, [size.width, scene.width]);

  const lineAt = useCallback(
    (clientX: number, clientY: number): PlacedLine | undefined => {
      const box = canvas.current?.getBoundingClientRect();
      if (!box) return undefined;
      const [x, y] = transform.invert([clientX - box.left, clientY - box.top]);
      const lane = scene.lanes.find((each) => x >= each.x && x <= each.x + each.width);
      const row = Math.floor((y - LANE.head) / LANE.line);
      return lane && row >= 0
        ? scene.lines.find((line) => line.x === lane.x && line.y === LANE.head + row * LANE.line)
        : undefined;
    },
    [scene, transform],
  );

  const by = (
    action: (
      selection: d3.Selection<HTMLCanvasElement, unknown, null, undefined>,
      behaviour: d3.ZoomBehavior<HTMLCanvasElement, unknown>,
    ) => void,
  ) => {
    if (canvas.current && zoom.current) action(d3.select(canvas.current), zoom.current);
  };
  const scaleBy = (factor: number) => by((selection, behaviour) => behaviour.scaleBy(selection, factor));
  const fit = () => {
    const scale = Math.max(
      RANGE[0],
      Math.min(1, (size.width - 2 * MARGIN) / scene.width, (size.height - 2 * MARGIN) / scene.height),
    );
    by((selection, behaviour) => behaviour.transform(selection, d3.zoomIdentity.translate(MARGIN, 16).scale(scale)));
  };
  const onKey = (event: React.KeyboardEvent) => {
    const step = zoomStepFor(event.key);
    if (!step) return;
    // d3 counts in units of the drawing; a key moves it as far on the screen at every zoom.
    if (step.kind === "move")
      by((selection, behaviour) => behaviour.translateBy(selection, step.x / transform.k, step.y / transform.k));
    else if (step.kind === "scale") scaleBy(step.by);
    else fit();
    event.preventDefault();
  };
  const node = hovered === undefined ? undefined : nodes.get(hovered);
  return (
    <div className={css.frame} ref={frame}>
      <canvas
        ref={canvas}
        className={css.canvas}
        style={{ cursor: node ? "pointer" : "grab" }}
        tabIndex={0}
        role="img"
        aria-label={`Map of ${shown.length} objects. The table shows the same in words.`}
        onKeyDown={onKey}
        onMouseMove={(event) => setHovered(lineAt(event.clientX, event.clientY)?.node.id)}
        onMouseLeave={() => setHovered(undefined)}
        onClick={(event) => onSelect(lineAt(event.clientX, event.clientY)?.node.id)}
      />
      <div className={css.tools}>
        <ZoomButtons onScale={scaleBy} onFit={fit} />
      </div>
      {node && <p className={css.hint}>{nameOf(node)}</p>}
    </div>
  );
}
