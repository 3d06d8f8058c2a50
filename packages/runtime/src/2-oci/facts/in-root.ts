/**
 * Following a path the way a process inside a root directory would, by reading links one by one. Only for facts that a
 * plan is made from: when the plan is performed, the kernel resolves the path again and has the last word.
 */
import { lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { PathFact } from "../plan/planning.ts";

/** As the kernel's own limit (man 7 path_resolution). */
const MAX_SYMLINKS = 40;

/** What stands at `path` inside `root`; `unknown` where a link cannot be read from here, as /proc/self of another pid namespace. */
export function lookInRoot(root: string, path: string): PathFact {
  try {
    return factOf(resolveInRoot(root, path));
  } catch {
    return { kind: "unknown" };
  }
}

/**
 * The host's path of what `path` means inside `root`, or undefined when nothing is there.
 * @throws Error of readlink(2) for a link that cannot be read, or is gone by then
 */
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
  const stat = path === undefined ? undefined : quietly(() => statSync(path, { throwIfNoEntry: false }));
  if (!stat) return { kind: "missing" };
  const kind = stat.isDirectory() ? "directory" : "file";
  return { kind, mode: stat.mode & 0o7777, ...deviceOf(stat) };
}

/** Major and minor as Linux packs them into a number (include/linux/kdev_t.h, new_decode_dev). */
function deviceOf(stat: Stats): { device?: string } {
  const type = stat.isCharacterDevice() ? "c" : stat.isBlockDevice() ? "b" : undefined;
  if (!type) return stat.isFIFO() ? { device: "p" } : {};
  const number = stat.rdev;
  return { device: `${type} ${(number >> 8) & 0xfff}:${(number & 0xff) | ((number >> 12) & 0xfff00)}` };
}

function lstat(path: string): Stats | undefined {
  return quietly(() => lstatSync(path, { throwIfNoEntry: false }));
}

/** A file where a directory is wanted, or a directory that may not be searched: the path leads nowhere. */
function quietly(look: () => Stats | undefined): Stats | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
