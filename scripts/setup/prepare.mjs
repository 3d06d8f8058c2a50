/**
 * The whole set-up, in order: what `npm start` and `npm test` both do before their own work. Every step looks first and
 * does nothing when its result is already there, so a second time takes a second or two.
 */
import { buildBundles } from "../build/bundles.mjs";
import { buildNative } from "../build/native.mjs";
import { buildPlanner } from "../build/planner.mjs";
import { buildRootfs } from "../build/rootfs.mjs";
import { buildWeb } from "../build/web.mjs";
import { installNodeModules } from "./node-modules.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/**
 * What is made elsewhere: Debian's packages and npm's.
 * @param {import("./progress.mjs").Progress} progress
 * @param {{ uses: import("./system-packages.mjs").Use[], ask: boolean }} options `ask` before installing system packages
 * @throws {import("./refusal.mjs").Refusal} at the first step that cannot be done
 */
export async function installPackages(progress, { uses, ask }) {
  await progress.step("System packages", (say) => installSystemPackages(uses, { ask, say }));
  await progress.step("npm packages", installNodeModules);
}

/**
 * What is made here, in `build/`.
 * @param {import("./progress.mjs").Progress} progress
 * @throws {import("./refusal.mjs").Refusal} at the first step that cannot be done
 */
export async function buildAll(progress) {
  await progress.step("Native programs", buildNative);
  await progress.step("Planner", buildPlanner);
  await progress.step("Program bundles", buildBundles);
  await progress.step("Lab root file system", buildRootfs);
  await progress.step("Page", buildWeb);
}
