/**
 * Measures how long a kernel change takes to reach the screen: from the agent noticing it to the frame after React
 * has drawn it. The benchmark reads `window.__glassbox.paintDelaysMs`; browser tools see performance marks.
 */

/** Delays kept for the benchmark; the oldest go first. */
const DELAYS_MAX = 500;

export interface GlassboxProbe {
  /** Milliseconds from the agent's notice to paint, newest last. */
  paintDelaysMs: number[];
  /** Text on screen and in the scrollback of an open terminal, by its name. */
  terminalText?: (name: string) => string | undefined;
}

declare global {
  interface Window {
    __glassbox?: GlassboxProbe;
  }
}

/** The page's own probe, made on first use. */
export function probe(): GlassboxProbe {
  window.__glassbox ??= { paintDelaysMs: [] };
  return window.__glassbox;
}

let waitingSinceMs: number | undefined;

export const paintClock = {
  /** A change arrived that the agent noticed at this time (its clock, which is ours too or our host's). */
  received(noticedAtMs: number): void {
    waitingSinceMs = Math.min(waitingSinceMs ?? Number.POSITIVE_INFINITY, noticedAtMs);
    performance.mark("glassbox:change");
  },
  /** React has committed a picture with every change received so far: the next frame shows it. */
  committed(): void {
    const sinceMs = waitingSinceMs;
    if (sinceMs === undefined) return;
    waitingSinceMs = undefined;
    requestAnimationFrame(() => {
      // A task queued in a frame runs after that frame was painted.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        performance.mark("glassbox:painted");
        const delays = probe().paintDelaysMs;
        delays.push(Date.now() - sinceMs);
        if (delays.length > DELAYS_MAX) delays.splice(0, delays.length - DELAYS_MAX);
        channel.port1.close();
      };
      channel.port2.postMessage(undefined);
    });
  },
};
