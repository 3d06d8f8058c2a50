/** What the keys of a picture do to its view: arrows move it, plus and minus go nearer and farther, 0 fits everything. */

export type ZoomStep = { kind: "move"; x: number; y: number } | { kind: "scale"; by: number } | { kind: "fit" };

/** Nearer and farther, by key or by button. */
export const NEARER = 1.25;
export const FARTHER = 0.8;
/** A key press moves the view this many pixels of the screen. */
const STEP_PX = 80;

const STEPS: Record<string, ZoomStep> = {
  ArrowLeft: { kind: "move", x: STEP_PX, y: 0 },
  ArrowRight: { kind: "move", x: -STEP_PX, y: 0 },
  ArrowUp: { kind: "move", x: 0, y: STEP_PX },
  ArrowDown: { kind: "move", x: 0, y: -STEP_PX },
  "+": { kind: "scale", by: NEARER },
  "=": { kind: "scale", by: NEARER },
  "-": { kind: "scale", by: FARTHER },
  "0": { kind: "fit" },
};

export function zoomStepFor(key: string): ZoomStep | undefined {
  return STEPS[key];
}
