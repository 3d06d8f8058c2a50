/**
 * Where a runtime that was told so keeps its state: `runc --root DIR`. The option is seen in the command line of the
 * runtime, or of a shim that passes it on, while it runs; afterwards nothing in the kernel tells.
 */
import { basename, resolve } from "node:path";
import type { ProcessFacts } from "../facts.ts";
import type { StateRoot } from "./container-state.ts";

/** `glassrun` runs as a script of that name, so it is not always the first word. */
const RUNTIMES: ReadonlyArray<[program: RegExp, runtime: StateRoot["runtime"]]> = [
  [/^glassrun(\.m?js)?$/, "glassbox"],
  [/^runc$/, "runc"],
  [/^crun$/, "crun"],
];

/** Words of a command line in which the program and its global options stand. */
const WORDS_MAX = 16;

/** Undefined where the process is no runtime, or one with its usual directory. Pure. */
export function stateRootOf({ argv, cwd }: Pick<ProcessFacts, "argv" | "cwd">): StateRoot | undefined {
  const words = argv.slice(0, WORDS_MAX);
  for (const [program, runtime] of RUNTIMES) {
    const at = words.findIndex((word) => program.test(basename(word)));
    if (at < 0) continue;
    const options = words.slice(at + 1);
    const index = options.findIndex((word) => /^--?root(=|$)/.test(word));
    if (index < 0) continue;
    const directory = options[index]?.split("=")[1] ?? options[index + 1];
    if (directory !== undefined && directory !== "") return { directory: resolve(cwd || "/", directory), runtime };
  }
  return undefined;
}
