/**
 * Lays the entries out as real files: what a snapshotter would do with the layer.
 */
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

/** @param {string} place a directory to be made @param {import("./entries.mjs").Entry[]} entries */
export function unpack(place, entries) {
  mkdirSync(place, { recursive: true });
  for (const entry of entries) {
    const target = path.join(place, entry.path);
    if (entry.kind === "directory") mkdirSync(target);
    else if (entry.kind === "file") writeFileSync(target, entry.content);
    else symlinkSync(entry.target, target);
    if (entry.kind === "symlink") continue;
    // A mode given at creation would pass through the umask. Owners are right already when root unpacks.
    chmodSync(target, entry.mode);
    if (process.getuid?.() === 0) chownSync(target, 0, 0);
  }
}
