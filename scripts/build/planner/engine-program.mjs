/**
 * A program that runs in the small engine (packages/runtime/engine): TypeScript is bundled and loaded, and the engine's
 * memory after that is linked with the engine. It must leave a global function `begin`, and `sleepUntilNext`.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inRoot } from "../../setup/paths.mjs";
import { Refusal } from "../../setup/refusal.mjs";
import { compile, staticLibrary } from "../static-program.mjs";
import { enginePlace, wasm } from "./engine.mjs";
import { nodeOfTheEngine } from "./node-of-the-engine.mjs";
import { placeOfVersion } from "./wabt.mjs";

const sources = inRoot("packages/runtime/engine");
const flags = ["-Wall", "-Wextra", "-I", enginePlace, "-I", sources];

/** What `host.c` does for programs. None of it can be had while the image is made: it would be of this machine. */
const HOST_FUNCTIONS = ["system", "text", "bytes", "store", "size", "sha256", "argument", "variable", "become"];

/** @param {{ entry: string, output: string }} program */
export async function makeEngineProgram({ entry, output }) {
  const place = mkdtempSync(path.join(enginePlace, "image-"));
  try {
    const image = path.join(place, "image.c");
    await writeImage(await compiled(await bundle(entry)), image);
    const names = placeOfVersion();
    const parts = [path.join(sources, "host.c"), path.join(sources, "memory.c"), path.join(names, "calls.c")];
    const engine = path.join(enginePlace, "engine.o");
    await compile([...flags, "-I", names, "-o", `${output}.new`, ...parts, image, engine, staticLibrary("md"), "-lm"], {
      log: "planner",
      hint: "Mend packages/runtime/engine, or install what is missing: apt-get install libmd-dev",
    });
    renameSync(`${output}.new`, output);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** @param {string} entry */
async function bundle(entry) {
  const { build } = await import("esbuild");
  const node = path.join(sources, "node");
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    target: "es2022",
    define: { "process.arch": JSON.stringify(process.arch), "import.meta.url": '""' },
    inject: [path.join(node, "globals.ts")],
    plugins: [nodeOfTheEngine(node)],
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/**
 * What a process writes to of the image is copied, a page at a time, so what is loaded has to lie close together. Compiling
 * takes much room between what stays, so it is done by an engine of its own; and sources and line numbers, which nothing
 * shows, are left out.
 * @param {string} code @returns {Promise<Uint8Array>}
 */
async function compiled(code) {
  const { CompileFlags } = await import("quickjs-wasi");
  const engine = await newEngine();
  return engine.compile(code, "glassrun", 0, CompileFlags.STRIP_SOURCE | CompileFlags.STRIP_DEBUG);
}

/** The engine's memory once it has the program, beside C that puts it into the executable. @param {Uint8Array} program @param {string} output */
async function writeImage(program, output) {
  /** What went wrong first, while the program was loaded. @type {string | undefined} */
  let wrong;
  const engine = await newEngine((_, reason, handled) => {
    if (!handled) wrong ??= reason.toString();
  });
  for (const name of HOST_FUNCTIONS) {
    const absent = () => {
      wrong ??= `it asks the host for "${name}"`;
      throw new Error(wrong);
    };
    engine.global.setProp(name, engine.newFunction(name, absent));
  }
  wrong = load(engine, program) ?? wrong;
  if (wrong) {
    const hint =
      "What is asked of the machine is asked when a command begins: as a module is loaded, it is the machine that builds";
    throw new Refusal(`Cannot load the planner: ${wrong}`, hint);
  }
  engine.runGC();
  // It ends before it could fill its memory with what nobody refers to.
  engine.gcThreshold = 2 ** 30;
  const { memory, stackPointer, runtimePtr, contextPtr } = engine.snapshot();
  const image = output.replace(/\.c$/, ".memory");
  writeFileSync(image, memory);
  writeFileSync(
    output,
    `#include "memory.h"
const struct image_facts image_facts = {${stackPointer}u, ${runtimePtr}u, ${contextPtr}u};
__asm__(".data\\n.balign 4096\\n.global image_start, image_end\\n"
        "image_start: .incbin ${JSON.stringify(image).replaceAll('"', '\\"')}\\nimage_end: .balign 4096\\n.text\\n");
`,
  );
}

/** @param {import("quickjs-wasi").QuickJSOptions["onUnhandledRejection"]} [onUnhandledRejection] */
async function newEngine(onUnhandledRejection) {
  const { MAX_STACK_SIZE, QuickJS } = await import("quickjs-wasi");
  return await QuickJS.create({
    wasm: readFileSync(wasm),
    maxStackSize: MAX_STACK_SIZE,
    ...(onUnhandledRejection ? { onUnhandledRejection } : {}),
  });
}

/** @param {import("quickjs-wasi").QuickJS} engine @param {Uint8Array} program @returns {string | undefined} why it is not there */
function load(engine, program) {
  try {
    engine.evalBytecode(program);
    engine.executePendingJobs();
    return engine.evalCode("typeof begin").toString() === "function"
      ? undefined
      : "it has left no function to begin with";
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : `${thrown}`;
  }
}
