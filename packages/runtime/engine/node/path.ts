/**
 * `node:path`. Most paths that the runtime asks about are in their simplest form already, which a regular expression sees
 * at once; the package, which is Node's own code, would go through each of their characters.
 */
import posix from "path-browserify";

export const { basename, delimiter, dirname, isAbsolute, resolve } = posix;

/** A double slash, or a part that is one dot or two. */
const UNUSUAL = /\/\/|(?:^|\/)\.\.?(?:\/|$)/;

export function normalize(path: string): string {
  return path === "" || UNUSUAL.test(path) ? posix.normalize(path) : path;
}

export function join(...parts: string[]): string {
  return normalize(parts.filter((part) => part !== "").join("/"));
}
