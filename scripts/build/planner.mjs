/**
 * The planner with a small engine: `build/native/planner`. Two steps, since the first takes most of a minute and what it
 * is made from changes seldom: the engine, from WebAssembly to C (wabt) to an object file; and the planner in it.
 * Where it cannot be made, `glassrun` does without.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { runCommand } from "../setup/run-command.mjs";
import { whenChanged } from "../setup/stamps.mjs";
import { enginePlace, makeEngineProgram, wasm } from "./planner/engine-program.mjs";

const output = inBuild("native/planner");
const [code, object] = ["engine.c", "engine.o"].map((name) => path.join(enginePlace, name));
/** Of wabt. With 1.0.33 the names in the C that it writes became others, and `host.c` goes by these (Debian 12's). */
const KNOWN_VERSION = "1.0.32";
/** What wasm2c writes has things in it that nothing uses. */
const flags = ["-O2", "-w"];

/** @param {import("../setup/progress.mjs").Say} say @returns {Promise<string>} */
export async function buildPlanner(say) {
  const version = spawnSync("wasm2c", ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "none";
  if (version !== KNOWN_VERSION) {
    rmSync(output, { force: true });
    return `left out, and glassrun starts slower, in Bun: it is made with wabt ${KNOWN_VERSION}, and here is ${version}`;
  }
  for (const folder of [enginePlace, path.dirname(output)]) mkdirSync(folder, { recursive: true });
  const newEngine = await whenChanged({ name: "engine", inputs: [wasm], facts: flags, outputs: [object] }, async () => {
    say("compiling its engine");
    await run("wasm2c", ["--module-name", "quickjs", wasm, "-o", code], "wabt");
    await run("cc", [...flags, "-c", code, "-o", object], "gcc");
  });
  const planner = {
    name: "planner",
    inputs: [inRoot("packages/runtime"), inRoot("package-lock.json"), inRoot("scripts/build")],
    counts: (/** @type {string} */ file) => /\.(ts|c|h|json|mjs)$/.test(file) && !file.endsWith(".test.ts"),
    facts: process.versions.node,
    outputs: [output, object],
  };
  const newPlanner = await whenChanged(planner, async () => {
    say("loading it into its engine");
    await makeEngineProgram({ entry: inRoot("packages/runtime/engine/begin.ts"), output });
  });
  return newEngine || newPlanner ? "made" : "up to date";
}

/** @param {string} command @param {string[]} args @param {string} from the package that has it */
async function run(command, args, from) {
  await runCommand(command, args, { log: "planner", hint: `Install what is missing: npm ci, apt-get install ${from}` });
}
