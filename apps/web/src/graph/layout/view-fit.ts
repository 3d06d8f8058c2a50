/**
 * Which part of a drawing a pane shows, and how large, while nobody has taken hold of it: all of it where it can be read
 * so, else the part that matters. Pure; `render/ZoomSurface.tsx` goes there.
 */
import type { Placed } from "./namespace-layout.ts";

/** What the pane shows: the drawing times `scale`, moved by `x` and `y` pixels of the screen. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

/** A drawing is never blown up beyond this to fill a pane, nor shrunk below legibility. */
const LARGEST = 1.2;
const SMALLEST = 0.55;
/** Smaller than this, all of it at once tells less than the part that matters. */
const WHOLE_FROM = 0.7;
/** What matters is drawn no larger than this: its surroundings are to be seen too. */
const PART_LARGEST = 0.9;
const MARGIN = 20;

interface Size {
  width: number;
  height: number;
}

/** `matters` is what must be seen, in the drawing's own pixels. Too big even by itself, it is shown from its top left. */
export function fitView(pane: Size, drawing: Size, matters: Placed | undefined): View {
  const whole = scaleFor(pane, drawing);
  if (whole >= WHOLE_FROM || !matters) {
    const scale = between(SMALLEST, whole, LARGEST);
    // Too big even so: keep the top left corner, where things begin, in view.
    return {
      scale,
      x: Math.max(MARGIN, (pane.width - drawing.width * scale) / 2),
      y: between(MARGIN, (pane.height - drawing.height * scale) / 2, 2 * MARGIN),
    };
  }
  const scale = between(SMALLEST, scaleFor(pane, matters), PART_LARGEST);
  return {
    scale,
    x: offset(pane.width, drawing.width, matters.x, matters.width, scale),
    y: offset(pane.height, drawing.height, matters.y, matters.height, scale),
  };
}

/** Along one side: the part in the middle, unless that showed more of the emptiness around the drawing than the margin. */
function offset(pane: number, drawing: number, start: number, length: number, scale: number): number {
  const spare = pane - drawing * scale;
  if (spare >= 2 * MARGIN) return spare / 2;
  const centred = pane / 2 - (start + length / 2) * scale;
  const fromStart = MARGIN - start * scale;
  return between(spare - MARGIN, length * scale > pane - 2 * MARGIN ? fromStart : centred, MARGIN);
}

/** At which all of `size` is in the pane. */
const scaleFor = (pane: Size, size: Size): number =>
  Math.min((pane.width - 2 * MARGIN) / size.width, (pane.height - 2 * MARGIN) / size.height);

const between = (least: number, value: number, most: number): number => Math.max(least, Math.min(most, value));
