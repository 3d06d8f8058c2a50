/**
 * What makes the second run quick: each built thing leaves a stamp, the digest of everything it was made from, under
 * `build/.stamps`. Content counts, not times, since a fresh clone or a branch switch gives every file a new time.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inBuild, root } from "./paths.mjs";

/**
 * @typedef {object} Made
 * @property {string} name the stamp's name
 * @property {string[]} inputs files and folders it is made from, absolute; a missing one counts as empty
 * @property {(file: string) => boolean} [counts] which files in those folders count, all by default
 * @property {unknown} [facts] whatever else it depends on: flags, versions
 * @property {string[]} outputs absolute; when one is missing, the thing is made again
 */

/**
 * Do `work` unless what it would make is already there, made from the same content.
 * @param {Made} made
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} whether work was done
 */
export async function whenChanged(made, work) {
  const stamp = inBuild(".stamps", made.name);
  const digest = digestOf(made);
  const standing = existsSync(stamp) && readFileSync(stamp, "utf8") === digest;
  if (standing && made.outputs.every((output) => existsSync(output))) return false;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  return true;
}

/** @param {Made} made */
function digestOf({ inputs, counts = () => true, facts }) {
  const hash = createHash("sha256").update(JSON.stringify(facts ?? null));
  for (const file of inputs.flatMap(filesIn).filter(counts)) {
    hash.update(`\0${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** Folders that hold what other tools make; their content follows from the rest. */
const madeByTools = new Set(["node_modules", ".next", "out", "build", "test-results"]);

/** @param {string} place @returns {string[]} */
function filesIn(place) {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [place];
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => !madeByTools.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return filesIn(path.join(place, entry.name));
      return entry.isFile() ? [path.join(place, entry.name)] : [];
    });
}
