/**
 * Following a path the way a process inside a root directory would, by reading links one by one. Only for facts that a
 * plan is made from: when the plan is performed, the kernel resolves the path again and has the last word.
 */
import { lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { PathFact } from "../plan/planning.ts";

/** As the kernel's own limit (man 7 path_resolution). */
const MAX_SYMLINKS = 40;

/** The host's path of what `path` means inside `root`, or undefined when nothing is there. */
export function resolveInRoot(root: string, path: string): string | undefined {
  let rest = path.split("/").filter((part) => part !== "" && part !== ".");
  let here: string[] = [];
  for (let links = 0; rest.length > 0; ) {
    const [part = "", ...after] = rest;
    rest = after;
    if (part === "..") {
      here = here.slice(0, -1);
      continue;
    }
    const host = join(root, ...here, part);
    const stat = lstat(host);
    if (!stat) return undefined;
    if (!stat.isSymbolicLink()) {
      here.push(part);
      continue;
    }
    if (++links > MAX_SYMLINKS) return undefined;
    const target = readlinkSync(host);
    if (target.startsWith("/")) here = [];
    rest = [...target.split("/").filter((name) => name !== "" && name !== "."), ...rest];
  }
  return join(root, ...here);
}

/** What stands at a path of the host. */
export function factOf(path: string | undefined): PathFact {
  if (path === undefined) return { kind: "missing" };
  try {
    const stat = statSync(path);
    return { kind: stat.isDirectory() ? "directory" : "file", mode: stat.mode & 0o7777 };
  } catch {
    return { kind: "missing" };
  }
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    // Missing, or a file where a directory is wanted: both mean that the path leads nowhere.
    return undefined;
  }
}
