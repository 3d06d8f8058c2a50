/**
 * A drawing one can move and zoom: React owns the elements, d3-zoom the gestures. It keeps everything, or what matters,
 * in view by itself (`layout/view-fit.ts`) until a person takes hold of it; the fit button gives it back.
 */
import * as d3 from "d3";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import type { Placed } from "../layout/namespace-layout.ts";
import { fitView } from "../layout/view-fit.ts";
import { useSize } from "./use-size.ts";
import { ZoomButtons } from "./ZoomButtons.tsx";
import css from "./ZoomSurface.module.css";
import { zoomStepFor } from "./zoom-keys.ts";

const RANGE: [number, number] = [0.2, 3];

export interface ZoomSurfaceProps {
  /** Read out as the name of the picture. */
  label: string;
  /** Size of the drawing at zoom 1. */
  width: number;
  height: number;
  /** What must be in view when not all of the drawing can be; the same object while it is the same. */
  matters: Placed | undefined;
  /** Where the zoom buttons go. */
  toolbar: HTMLElement | null;
  /** Buttons of the view, beside the zoom buttons. */
  tools?: ReactNode;
  onBackground?: () => void;
  children: ReactNode;
}

export function ZoomSurface(props: ZoomSurfaceProps) {
  const { label, toolbar, width, height, matters, tools, onBackground, children } = props;
  const frame = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const layer = useRef<SVGGElement>(null);
  const zoom = useRef<d3.ZoomBehavior<SVGSVGElement, unknown>>(undefined);
  const held = useRef(false);
  const shown = useRef(false);
  const size = useSize(frame);
  const measured = useRef(size);
  measured.current = size;

  useEffect(() => {
    const element = svg.current;
    if (!element) return;
    const behaviour = d3
      .zoom<SVGSVGElement, unknown>()
      .scaleExtent(RANGE)
      // Told, not measured: d3 would ask the svg for its width, which has none once it left the page.
      .extent(() => [
        [0, 0],
        [measured.current.width, measured.current.height],
      ])
      .on("zoom", (event: d3.D3ZoomEvent<SVGSVGElement, unknown>) => {
        layer.current?.setAttribute("transform", event.transform.toString());
        if (event.sourceEvent) held.current = true;
      });
    zoom.current = behaviour;
    const selection = d3.select(element);
    selection.call(behaviour).on("dblclick.zoom", null);
    return () => {
      selection.interrupt().on(".zoom", null);
    };
  }, []);

  const fit = useCallback(() => {
    const element = svg.current;
    if (!element || !zoom.current || size.width === 0 || width === 0) return;
    const { x, y, scale } = fitView(size, { width, height }, matters);
    const target = d3.zoomIdentity.translate(x, y).scale(scale);
    const calm = shown.current && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    shown.current = true;
    const selection = d3.select(element);
    if (calm) selection.transition().duration(280).ease(d3.easeCubicOut).call(zoom.current.transform, target);
    else selection.call(zoom.current.transform, target);
  }, [size, width, height, matters]);

  useEffect(() => {
    if (!held.current) fit();
  }, [fit]);

  const by = (
    action: (
      selection: d3.Selection<SVGSVGElement, unknown, null, undefined>,
      behaviour: d3.ZoomBehavior<SVGSVGElement, unknown>,
    ) => void,
  ) => {
    if (!svg.current || !zoom.current) return;
    held.current = true;
    action(d3.select(svg.current), zoom.current);
  };
  const scale = (factor: number) => by((selection, behaviour) => behaviour.scaleBy(selection, factor));
  const giveBack = () => {
    held.current = false;
    fit();
  };
  const onKey = (event: KeyboardEvent<SVGSVGElement>) => {
    if (event.target !== event.currentTarget) return;
    const step = zoomStepFor(event.key);
    if (!step) return;
    if (step.kind === "move") {
      const { k } = d3.zoomTransform(event.currentTarget);
      // d3 counts in units of the drawing; a key moves it as far on the screen at every zoom.
      by((selection, behaviour) => behaviour.translateBy(selection, step.x / k, step.y / k));
    }
    if (step.kind === "scale") scale(step.by);
    if (step.kind === "fit") giveBack();
    event.preventDefault();
  };

  return (
    <div className={css.frame} ref={frame}>
      {/* biome-ignore lint/a11y/useSemanticElements: a picture is no form's fieldset */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the view */}
      <svg ref={svg} className={css.svg} role="group" aria-label={label} tabIndex={0} onKeyDown={onKey}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the details too */}
        <rect width="100%" height="100%" fill="transparent" onClick={onBackground} />
        <g ref={layer}>{children}</g>
      </svg>
      {toolbar &&
        createPortal(
          <div className={css.tools}>
            {tools}
            <ZoomButtons onScale={scale} onFit={giveBack} />
          </div>,
          toolbar,
        )}
    </div>
  );
}
