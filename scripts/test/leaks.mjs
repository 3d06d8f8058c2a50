/**
 * Root tests and browser tests must leave the machine as they found it: the lists of processes, mounts, cgroups,
 * namespaces and links are compared before and after, and what stayed behind is a failure with its name.
 */
import { execFileSync } from "node:child_process";
import { inRoot, root } from "../setup/paths.mjs";

/** @param {string} what @param {import("./tally.mjs").Tally} tally @param {() => Promise<void>} work */
export async function withoutLeaks(what, tally, work) {
  const before = inventory();
  await work();
  const left = inventory().filter((thing) => !before.includes(thing));
  if (left.length === 0) tally.pass(`leaks: ${what}`);
  for (const thing of left) tally.fail(`leaks: ${what} left ${thing}`);
}

/** @returns {string[]} one line a thing */
function inventory() {
  const args = ["--import", "tsx", inRoot("test/inventory/main.ts")];
  return execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }).trim().split("\n");
}
