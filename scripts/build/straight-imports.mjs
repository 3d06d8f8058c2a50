/**
 * An esbuild plugin: what is imported through a layer's `mod.ts` is imported from the file it stands in. In the sources a
 * layer is used through its one list of names; but whoever loads that list loads the whole layer, and for a command that
 * is over in a few milliseconds the tables of system calls it never makes cost more than all it does.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

const REEXPORT = /^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm;
const IMPORT = /^import \{([^}]*)\} from "([^"]*\/mod\.ts)";/gm;

/** @typedef {{ file: string, name: string }} Origin where something is defined, and what it is called there */

/**
 * @param {string} folder the sources it is for; none of their files may do anything when loaded but define things
 * @returns {import("esbuild").Plugin}
 */
export function straightImports(folder) {
  /** @type {Map<string, Map<string, Origin>>} */
  const lists = new Map();
  /** @param {string} list */
  const originsIn = (list) => {
    const known = lists.get(list) ?? originsOf(readFileSync(list, "utf8"));
    lists.set(list, known);
    return known;
  };
  return {
    name: "straight-imports",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        if (!file.startsWith(`${folder}${path.sep}`) || path.basename(file) === "mod.ts") return undefined;
        const here = path.dirname(file);
        const contents = straighten(readFileSync(file, "utf8"), (list, name) => {
          const origin = originsIn(path.resolve(here, list)).get(name);
          return origin && { ...origin, file: path.resolve(here, path.dirname(list), origin.file) };
        });
        return { contents, loader: "ts", resolveDir: here };
      });
    },
  };
}

/** Pure: where each name that a `mod.ts` exports comes from. @param {string} text @returns {Map<string, Origin>} */
export function originsOf(text) {
  const origins = new Map();
  for (const [, names = "", file = ""] of text.matchAll(REEXPORT)) {
    for (const { name, as } of namesIn(names)) origins.set(as, { file, name });
  }
  return origins;
}

/**
 * Pure: a file's text with such imports made straight, each on the line it was on. What is not known stays as it is.
 * @param {string} text
 * @param {(list: string, name: string) => Origin | undefined} originOf
 */
export function straighten(text, originOf) {
  return text.replaceAll(IMPORT, (whole, names, list) => {
    const imports = namesIn(names).map(({ type, name, as }) => {
      const origin = originOf(list, name) ?? { file: list, name };
      return `import ${type}{ ${origin.name} as ${as} } from ${JSON.stringify(origin.file)};`;
    });
    return `${imports.join(" ")}${"\n".repeat(whole.split("\n").length - 1)}`;
  });
}

/** @param {string} names as they stand between the braces */
function namesIn(names) {
  return names
    .split(",")
    .map((written) => written.trim())
    .filter((written) => written !== "")
    .map((written) => {
      const [, type = "", name = "", as = name] = written.match(/^(type )?(\S+)(?: as (\S+))?$/) ?? [];
      return { type, name, as };
    });
}
