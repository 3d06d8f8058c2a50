/**
 * Files of tests that share processes. Starting one and loading TypeScript takes longer than what most files try, and in
 * the lab VM a quarter of a minute; so those whose tests need no process of their own are imported by a few files of ours,
 * which the runner is given instead. Their tests run one after the other, and hooks of a file at its process's end.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inBuild, inRoot, root } from "../setup/paths.mjs";

/**
 * @param {string} name of the group; its files are kept apart from those of other groups
 * @param {string[]} files relative to the checkout
 * @param {number} processes
 * @returns {string[]} what to run instead, relative to the checkout
 */
export function shareProcesses(name, files, processes) {
  const folder = inBuild("test-processes");
  mkdirSync(folder, { recursive: true });
  return inTurn(files, processes).map((share, index) => {
    const file = path.join(folder, `${name.replaceAll(" ", "-")}-${index + 1}.mjs`);
    writeFileSync(file, share.map((each) => `import ${JSON.stringify(pathToFileURL(inRoot(each)).href)};\n`).join(""));
    return path.relative(root, file);
  });
}

/**
 * Dealt out one by one: neighbours in a folder take about as long as each other.
 * @param {string[]} files @param {number} shares @returns {string[][]} none of them empty
 */
export function inTurn(files, shares) {
  return Array.from({ length: Math.min(shares, files.length) }, (_, share) =>
    files.filter((_file, index) => index % shares === share),
  );
}
