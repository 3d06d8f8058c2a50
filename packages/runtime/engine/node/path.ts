/**
 * `node:path`. Most paths that the runtime asks about are in their simplest form already, which three searches show at
 * once; the package, which is Node's own code, would go through each of their characters.
 */
import posix from "path-browserify";

export const { basename, delimiter, dirname, isAbsolute, resolve } = posix;

/** Whether it may have a double slash in it, or a part that is one dot or two. */
function isUnusual(path: string): boolean {
  return path === "" || path.includes("/.") || path.includes("//") || path.startsWith(".");
}

export function normalize(path: string): string {
  return isUnusual(path) ? posix.normalize(path) : path;
}

export function join(...parts: string[]): string {
  return normalize(parts.filter((part) => part !== "").join("/"));
}
