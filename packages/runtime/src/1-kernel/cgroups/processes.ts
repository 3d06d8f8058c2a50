/** Which processes are in a cgroup, and how to signal or end them all. Works on any cgroup directory, v1 or v2. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeUnlessGone } from "./write-unless-gone.ts";

/** Pids in a directory and all below it, as the caller's pid namespace sees them. A directory that is gone has none. */
export function processesIn(directory: string): number[] {
  return treeOf(directory).flatMap((group) =>
    readOr(join(group, "cgroup.procs"), "")
      .split("\n")
      .filter((line) => line !== "")
      .map(Number),
  );
}

/**
 * Send `signal` to every process of the cgroup. SIGKILL uses v2's `cgroup.kill` where there is one: it cannot miss a
 * process that forks meanwhile. Elsewhere the list is read again until it names nobody new.
 */
export function signalAll(directory: string, signal: NodeJS.Signals | number): void {
  const killFile = join(directory, "cgroup.kill");
  if ((signal === "SIGKILL" || signal === 9) && existsSync(killFile)) {
    writeUnlessGone(killFile, "1");
    return;
  }
  const signalled = new Set<number>();
  // Bounded: a fork bomb can outrun us for a while, and the caller waits for the group to empty anyway.
  for (let round = 0; round < 10; round++) {
    const fresh = processesIn(directory).filter((pid) => !signalled.has(pid));
    if (fresh.length === 0) return;
    for (const pid of fresh) {
      signalled.add(pid);
      try {
        process.kill(pid, signal);
      } catch {
        // ESRCH: it ended by itself in between, which is what was wanted.
      }
    }
  }
}

/** A directory and every one below it, outermost first. */
export function treeOf(directory: string): string[] {
  let children: string[];
  try {
    children = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
  return [directory, ...children.flatMap(treeOf)];
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}
