/** The native programs, each of one C file or a folder of them. */
import { mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { whenChanged } from "../setup/stamps.mjs";
import { compile } from "./static-program.mjs";

const programs = [
  { program: "glassrun", source: "glassrun.c" },
  { program: "sysrun", source: "sysrun" },
  { program: "kwatch", source: "kwatch" },
];
const flags = ["-Wall", "-Wextra"];
/** How they are compiled. */
const compiler = inRoot("scripts/build/static-program.mjs");

/** @param {import("../setup/progress.mjs").Say} say @returns {Promise<string>} */
export async function buildNative(say) {
  const made = [];
  mkdirSync(inBuild("native"), { recursive: true });
  for (const { program, source } of programs) {
    const input = inRoot("packages/runtime/native", source);
    const output = inBuild("native", program);
    const changed = await whenChanged(
      { name: program, inputs: [input, compiler], facts: flags, outputs: [output] },
      async () => {
        say(`compiling ${program}`);
        // Compiled beside and moved over: a running sysrun keeps its file, and nobody sees half a program.
        await compile([...flags, "-o", `${output}.new`, ...sourcesIn(input)], {
          log: program,
          hint: `Mend packages/runtime/native/${source}`,
        });
        renameSync(`${output}.new`, output);
      },
    );
    if (changed) made.push(program);
  }
  return made.length > 0 ? `compiled ${made.join(", ")}` : "up to date";
}

/** @param {string} input a C file, or a folder of them @returns {string[]} */
function sourcesIn(input) {
  if (!statSync(input).isDirectory()) return [input];
  return readdirSync(input)
    .filter((name) => name.endsWith(".c"))
    .map((name) => path.join(input, name));
}
