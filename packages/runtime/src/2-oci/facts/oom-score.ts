/**
 * Whether a process may be given an out-of-memory score below the runtime's own. Without CAP_SYS_RESOURCE it may, down to
 * the lowest that somebody with that power has set for it or its ancestors; the kernel shows that number nowhere, so
 * this tries it.
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "/proc/self/oom_score_adj";

/** Gives this process the score for a moment, and the one it had again: raising is always allowed. */
export function mayScore(wanted: number): boolean {
  const own = readFileSync(FILE, "utf8");
  try {
    writeFileSync(FILE, String(wanted));
  } catch {
    return false;
  }
  writeFileSync(FILE, own);
  return true;
}
