/** For esbuild: Node's modules as the small engine has them (packages/runtime/engine/node), and none where it has none. */
import { existsSync } from "node:fs";
import path from "node:path";

/** @param {string} folder @returns {import("esbuild").Plugin} */
export function nodeOfTheEngine(folder) {
  return {
    name: "node-of-the-engine",
    setup(build) {
      build.onResolve({ filter: /^node:/ }, ({ path: name }) => {
        const own = path.join(folder, `${name.slice("node:".length)}.ts`);
        return { path: existsSync(own) ? own : path.join(folder, "not-here.ts") };
      });
    },
  };
}
