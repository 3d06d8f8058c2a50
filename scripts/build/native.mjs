/**
 * The native programs: one C file each, static, so that the same binary runs in the lab VM and inside any container's
 * mount namespace. Plain `cc`, because anything more would have to be explained too.
 */
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { runCommand } from "../setup/run-command.mjs";
import { whenChanged } from "../setup/stamps.mjs";

const programs = ["sysrun", "kwatch"];
const flags = ["-O2", "-static", "-Wall", "-Wextra"];

/** @param {import("../setup/progress.mjs").Say} say @returns {Promise<string>} */
export async function buildNative(say) {
  const made = [];
  mkdirSync(inBuild("native"), { recursive: true });
  for (const program of programs) {
    const source = inRoot("packages/runtime/native", `${program}.c`);
    const output = inBuild("native", program);
    if (!existsSync(source)) continue;
    const changed = await whenChanged(
      { name: program, inputs: [source], facts: flags, outputs: [output] },
      async () => {
        say(`compiling ${program}.c`);
        // Compiled beside and moved over: a running sysrun keeps its file, and nobody sees half a program.
        await runCommand("cc", [...flags, "-o", `${output}.new`, source], {
          log: program,
          hint: `Mend packages/runtime/native/${program}.c, or install a C compiler: apt-get install gcc libc6-dev`,
        });
        renameSync(`${output}.new`, output);
      },
    );
    if (changed) made.push(program);
  }
  return made.length > 0 ? `compiled ${made.join(", ")}` : "up to date";
}
