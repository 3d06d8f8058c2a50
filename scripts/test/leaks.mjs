/**
 * Root tests and browser tests must leave the machine as they found it: processes, mounts, cgroups and network links are
 * listed before and after, for the machine as a whole, and what stayed behind is a failure with its name. Each test
 * compares its own things more closely with `test/inventory`; this finds what none of them thought of.
 */
import { setTimeout as pause } from "node:timers/promises";
import { takeInventory } from "./whole-machine.mjs";

/** What is just ending gets this long to end. */
const PATIENCE_MS = 20_000;

/** In the environment of everything a test starts, so that its processes are known when their parents are gone. */
const MARKER = "GLASSBOX_TEST_RUN";

/**
 * @param {string} what
 * @param {import("./tally.mjs").Tally} tally
 * @param {(environment: Record<string, string>) => Promise<unknown>} work is to start its programs with this environment,
 *   and not to set it for all: another part runs aside, and what that has started by now is no leak of this one
 * @param {number} [patienceMs]
 */
export async function withoutLeaks(what, tally, work, patienceMs = PATIENCE_MS) {
  const value = `${process.pid}-${Date.now()}`;
  const marker = `${MARKER}=${value}`;
  const before = takeInventory(marker);
  await work({ [MARKER]: value });
  const deadlineMs = Date.now() + patienceMs;
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
