/**
 * The native programs, each of one C file or a folder of them; static, so that the same binary runs in the lab VM and
 * inside any container's mount namespace. Plain `cc`, because anything more would have to be explained too.
 */
import { mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { runCommand } from "../setup/run-command.mjs";
import { whenChanged } from "../setup/stamps.mjs";

const programs = [
  { program: "glassrun", source: "glassrun.c" },
  { program: "sysrun", source: "sysrun" },
  { program: "kwatch", source: "kwatch" },
];
const flags = ["-O2", "-static", "-Wall", "-Wextra"];

/** @param {import("../setup/progress.mjs").Say} say @returns {Promise<string>} */
export async function buildNative(say) {
  const made = [];
  mkdirSync(inBuild("native"), { recursive: true });
  for (const { program, source } of programs) {
    const input = inRoot("packages/runtime/native", source);
    const output = inBuild("native", program);
    const changed = await whenChanged({ name: program, inputs: [input], facts: flags, outputs: [output] }, async () => {
      say(`compiling ${program}`);
      // Compiled beside and moved over: a running sysrun keeps its file, and nobody sees half a program.
      await runCommand("cc", [...flags, "-o", `${output}.new`, ...sourcesIn(input)], {
        log: program,
        hint: `Mend packages/runtime/native/${source}, or install a C compiler: apt-get install gcc libc6-dev`,
      });
      renameSync(`${output}.new`, output);
    });
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
