/**
 * wabt, whose wasm2c makes C of the engine. What that C calls things, and what it calls, changes with the version, so the
 * known ones each have a folder that says it: those of Debian 12 and Ubuntu 24.04.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { inRoot } from "../../setup/paths.mjs";

const folder = inRoot("packages/runtime/engine/wabt");

/** @returns {string[]} */
export function knownVersions() {
  return readdirSync(folder).sort();
}

/** @returns {string} the version that is installed, or "none" */
export function installedVersion() {
  return spawnSync("wasm2c", ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "none";
}

/** @returns {string} the folder of the installed version, when it is a known one */
export function placeOfVersion() {
  return path.join(folder, installedVersion());
}
