/** Every file below a directory, for mounts that begin as a copy of what they cover (tmpcopyup). */
import { lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import type { TreeEntry } from "../plan/planning.ts";

/** Each is copied by some five calls of the plan, and a plan is held to 16 MB. */
export const TREE_MAX_ENTRIES = 3000;

/**
 * What is below `directory`, a directory before what is in it; nothing where there is no such directory.
 * @throws GlassboxError not supported for more than TREE_MAX_ENTRIES
 */
export function listTree(directory: string | undefined): TreeEntry[] {
  const found: TreeEntry[] = [];
  if (directory === undefined) return found;
  for (const left = [""]; left.length > 0; ) {
    const above = left.shift() ?? "";
    for (const name of namesIn(join(directory, above))) {
      const path = above === "" ? name : `${above}/${name}`;
      const entry = entryOf(join(directory, path), path);
      if (!entry) continue;
      found.push(entry);
      if (entry.kind === "directory") left.push(path);
      if (found.length > TREE_MAX_ENTRIES) {
        throw new GlassboxError(
          "not supported",
          `Cannot copy what is below "${directory}": there are more than ${TREE_MAX_ENTRIES} files`,
          { hint: "Take tmpcopyup out of the mount's options (podman: notmpcopyup)" },
        );
      }
    }
  }
  return found;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return []; // missing, no directory, or gone meanwhile
  }
}

function entryOf(host: string, path: string): TreeEntry | undefined {
  const stat = lstatSync(host, { throwIfNoEntry: false });
  const kind = stat && kindOf(stat);
  if (!stat || !kind) return undefined;
  const { uid, gid, size } = stat;
  const target = kind === "symlink" ? { target: readlinkSync(host) } : {};
  return { path, kind, mode: stat.mode & 0o7777, uid, gid, size, ...target };
}

/** Sockets and devices are left out: what is behind them is not in the file system. */
function kindOf(stat: Stats): TreeEntry["kind"] | undefined {
  if (stat.isDirectory()) return "directory";
  if (stat.isFile()) return "file";
  if (stat.isSymbolicLink()) return "symlink";
  return stat.isFIFO() ? "fifo" : undefined;
}
