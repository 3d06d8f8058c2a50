/**
 * The engine itself: QuickJS as WebAssembly (npm), made C by wabt, fitted to how it runs here, and compiled. That takes most of a
 * minute, and what it is made from changes seldom.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inBuild, inRoot } from "../../setup/paths.mjs";
import { Refusal } from "../../setup/refusal.mjs";
import { runCommand } from "../../setup/run-command.mjs";
import { whenChanged } from "../../setup/stamps.mjs";
import { compile } from "../static-program.mjs";

/** QuickJS as WebAssembly. */
export const wasm = inRoot("node_modules/quickjs-wasi/quickjs.wasm");

/** Where the engine is: `engine.h`, and `engine.o`. */
export const enginePlace = inBuild("engine");

const [code, object] = ["engine.c", "engine.o"].map((name) => path.join(enginePlace, name));
const memory = inRoot("packages/runtime/engine/memory.h");

/**
 * @param {import("../../setup/progress.mjs").Say} say
 * @param {string} version of wabt
 * @returns {Promise<boolean>} whether anything had to be made
 */
export async function makeEngine(say, version) {
  const inputs = [wasm, memory, inRoot("scripts/build/planner/engine.mjs"), inRoot("scripts/build/static-program.mjs")];
  return await whenChanged({ name: "engine", inputs, facts: version, outputs: [object] }, async () => {
    say("compiling its engine");
    await runCommand("wasm2c", ["--module-name", "quickjs", wasm, "-o", code], {
      log: "planner",
      hint: "Install what is missing: npm ci, apt-get install wabt",
    });
    writeFileSync(code, fitted(readFileSync(code, "utf8")));
    // What wasm2c writes has things in it that nothing uses.
    await compile(["-w", "-include", memory, "-c", code, "-o", object], { log: "planner", hint: "Mend what it says" });
  });
}

/**
 * wasm2c writes for any number of instances, each with its memory at an address of its own, which every access looks up
 * anew; here is one, at an address that is known. And what the memory begins with is not the WebAssembly's data but the image.
 * @param {string} text
 */
function fitted(text) {
  return [
    { what: "&mem->data[addr]", by: "(u8*)MEMORY_START + addr" },
    { what: /^ {2}LOAD_DATA\(instance->w2c_memory, .*\n/gm, by: "" },
  ].reduce((before, { what, by }) => {
    const after = before.replaceAll(what, by);
    if (after === before) throw new Refusal(`Cannot fit the engine's C: wasm2c has not written ${what}`);
    return after;
  }, text);
}
