/**
 * Root tests and browser tests must leave the machine as they found it: processes, mounts, cgroups and network links are
 * listed before and after, for the machine as a whole, and what stayed behind is a failure with its name. Each test
 * compares its own things more closely with `test/inventory`; this finds what none of them thought of.
 */
import { setTimeout as pause } from "node:timers/promises";
import { takeInventory } from "./whole-machine.mjs";

/** What is just ending gets this long to end. */
const PATIENCE_MS = 5000;

/** In the environment of everything a test starts, so that its processes are known when their parents are gone. */
const MARKER = "GLASSBOX_TEST_RUN";

/** @param {string} what @param {import("./tally.mjs").Tally} tally @param {() => Promise<void>} work */
export async function withoutLeaks(what, tally, work) {
  const marker = `${MARKER}=${process.pid}-${Date.now()}`;
  process.env[MARKER] = marker.slice(MARKER.length + 1);
  const before = takeInventory(marker);
  await work();
  const deadlineMs = Date.now() + PATIENCE_MS;
  let left = whatStayed(before, takeInventory(marker));
  while (left.length > 0 && Date.now() < deadlineMs) {
    await pause(200);
    left = whatStayed(before, takeInventory(marker));
  }
  if (left.length === 0) tally.pass(`leaks: ${what}`);
  for (const thing of left) tally.fail(`leaks: ${what} left behind: ${thing}`);
}

/**
 * @param {Map<string, string>} before what is there by key, with words for it
 * @param {Map<string, string>} after
 * @returns {string[]}
 */
export function whatStayed(before, after) {
  return [...after].filter(([key]) => !before.has(key)).map(([, words]) => words);
}
