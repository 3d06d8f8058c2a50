/** `--pid-file`: how a caller that is no parent of the container's process learns of it. */
import { renameSync, writeFileSync } from "node:fs";

/** Digits and nothing else: callers read it with a strict parser. Replaced whole, so that nobody reads half a number. */
export function writePidFile(path: string, pid: number): void {
  writeFileSync(`${path}.tmp`, String(pid));
  renameSync(`${path}.tmp`, path);
}
