/**
 * The planner with a small engine: `build/native/planner`. Two steps, since the first changes seldom: the engine, and the
 * planner in it. Where it cannot be made, `glassrun` does without.
 */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { whenChanged } from "../setup/stamps.mjs";
import { enginePlace, makeEngine } from "./planner/engine.mjs";
import { makeEngineProgram } from "./planner/engine-program.mjs";
import { installedVersion, knownVersions } from "./planner/wabt.mjs";

const output = inBuild("native/planner");

/** @param {import("../setup/progress.mjs").Say} say @returns {Promise<string>} */
export async function buildPlanner(say) {
  const version = installedVersion();
  const known = knownVersions();
  if (!known.includes(version)) {
    rmSync(output, { force: true });
    return `left out, and glassrun starts slower, in Bun: it is made with wabt ${known.join(" or ")}, and here is ${version}`;
  }
  for (const folder of [enginePlace, path.dirname(output)]) mkdirSync(folder, { recursive: true });
  const newEngine = await makeEngine(say, version);
  const planner = {
    name: "planner",
    inputs: [inRoot("packages/runtime"), inRoot("package-lock.json"), inRoot("scripts/build")],
    counts: (/** @type {string} */ file) => /\.(ts|c|h|json|mjs)$/.test(file) && !file.endsWith(".test.ts"),
    facts: [process.versions.node, version],
    outputs: [output],
  };
  const newPlanner = await whenChanged(planner, async () => {
    say("loading it into its engine");
    await makeEngineProgram({ entry: inRoot("packages/runtime/engine/begin.ts"), output });
  });
  return newEngine || newPlanner ? "made" : "up to date";
}
