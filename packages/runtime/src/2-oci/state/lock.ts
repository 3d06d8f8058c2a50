/**
 * One verb at a time on one container: a lock file that names its holder, so that one whose holder was killed is taken
 * over and not waited for.
 */
import { linkSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GlassboxError, sleep } from "../../0-base/mod.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

/** Longer than any verb takes; a start hook may run meanwhile. */
const LOCK_DEADLINE_MS = 30_000;

/** @throws GlassboxError unavailable when another process holds the container too long */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const lock = join(directory, "lock");
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, JSON.stringify(identify(process.pid)));
  try {
    const deadline = Date.now() + LOCK_DEADLINE_MS;
    for (let waitMs = 1; !tryLink(own, lock); waitMs = Math.min(waitMs * 2, 50)) {
      if (Date.now() > deadline) {
        throw new GlassboxError(
          "unavailable",
          `Cannot lock "${directory}": process ${holderOf(lock)?.pid ?? "?"} holds it`,
        );
      }
      const holder = holderOf(lock);
      if (holder && !isAlive(holder)) unlink(lock);
      else await sleep(waitMs);
    }
    try {
      return await work();
    } finally {
      unlink(lock);
    }
  } finally {
    unlink(own);
  }
}

/** A hard link either comes into being whole, with its content, or not at all. */
function tryLink(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
}

function holderOf(lock: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(lock, "utf8"));
  } catch {
    return undefined;
  }
}

function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone with the container's directory: delete holds the lock while it removes it.
  }
}
