/** How long to wait before the next try to connect: doubling, bounded, and spread so that many pages do not come at once. */

const FIRST_MS = 250;
const LONGEST_MS = 8_000;
/** Part of the wait that is left to chance. */
const SPREAD = 0.3;

/** `failures` in a row so far, from 1. `chance` is in [0, 1), as from Math.random. Milliseconds. */
export function backoffMs(failures: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return Math.round(full * (1 - SPREAD * chance));
}
