/**
 * Where things are in a checkout. Every script finds the checkout from its own place on disk, never from the working
 * directory, so that all of them can be called from anywhere.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Everything the set-up makes, safe to delete at any time. */
export const build = path.join(root, "build");

/** Full output of the commands the set-up runs. */
export const logs = path.join(build, "logs");

/** @param {...string} parts */
export const inRoot = (...parts) => path.join(root, ...parts);

/** @param {...string} parts */
export const inBuild = (...parts) => path.join(build, ...parts);
