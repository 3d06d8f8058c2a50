/**
 * One verb at a time on one container. Turns are numbered, `lock.1`, `lock.2`, and the highest number says whose turn it
 * is: a process by pid and start time, so that one that was killed is not waited for, or nobody. Who comes next takes the
 * next number, which only one can: at no moment could two take a dead one's place. A lock is a symbolic link to no file,
 * which comes into being whole, and on a full disk too.
 */
import { readdirSync, readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { GlassboxError, sleep } from "../../0-base/mod.ts";
import { identify, isAlive } from "./process-identity.ts";

/** Longer than any verb takes; a start hook may run meanwhile. */
const LOCK_DEADLINE_MS = 30_000;

const NAME = /^lock\.(\d+)$/;
const HOLDER = /^(\d+)@(\d+)$/;
const NOBODY = "nobody";

/** @throws GlassboxError not found when the container is gone; unavailable when another process holds it too long */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const turn = await takeTurn(directory);
  try {
    return await work();
  } finally {
    pass(directory, turn);
  }
}

async function takeTurn(directory: string): Promise<number> {
  const deadline = Date.now() + LOCK_DEADLINE_MS;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    try {
      const last = Math.max(0, ...turnsIn(directory));
      const holder = holderOf(directory, last);
      if (holder === undefined || !isAlive(holder)) {
        if (tryTake(directory, last + 1)) return last + 1;
        continue;
      }
      if (Date.now() > deadline)
        throw new GlassboxError("unavailable", `Cannot lock "${directory}": process ${holder.pid} holds it`);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
      // Whoever had it before has deleted it.
      throw new GlassboxError("not found", `container "${basename(directory)}" does not exist`, { cause: thrown });
    }
    await sleep(waitMs);
  }
}

function tryTake(directory: string, turn: number): boolean {
  const own = identify(process.pid);
  try {
    symlinkSync(`${process.pid}@${own?.startTime ?? 0}`, lockOf(directory, turn));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
  const turns = turnsIn(directory);
  // We looked so long ago that others have had this number, and passed it on, since.
  const isOver = turns.some((other) => other > turn);
  for (const other of isOver ? [turn] : turns.filter((each) => each < turn)) unlink(lockOf(directory, other));
  return !isOver;
}

/** The next number is nobody's: the highest one is never taken away, or somebody slow could take it again. */
function pass(directory: string, turn: number): void {
  try {
    symlinkSync(NOBODY, lockOf(directory, turn + 1));
    unlink(lockOf(directory, turn));
  } catch {
    // Gone with the container's directory: delete holds the lock while it removes it.
  }
}

function turnsIn(directory: string): number[] {
  return readdirSync(directory).flatMap((name) => NAME.exec(name)?.slice(1).map(Number) ?? []);
}

/** Undefined when it is nobody's, or the next one has it already. */
function holderOf(directory: string, turn: number): { pid: number; startTime: number } | undefined {
  let target: string;
  try {
    target = readlinkSync(lockOf(directory, turn));
  } catch {
    return undefined;
  }
  const [, pid, startTime] = HOLDER.exec(target) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startTime: Number(startTime) };
}

function lockOf(directory: string, turn: number): string {
  return join(directory, `lock.${turn}`);
}

function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else has, or the directory is gone.
  }
}
