/**
 * The freezer: stop every process of a cgroup where it stands and let it go on later, without a signal it could notice.
 * v1 has `freezer.state`, which can hang half-way (`FREEZING`); v2 has `cgroup.freeze` and tells in `cgroup.events`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GlassboxError, sleep } from "../../0-base/mod.ts";
import { readProcFile } from "../procfs/proc-file.ts";
import type { CgroupDirectory } from "./place.ts";
import { writeUnlessGone } from "./write-unless-gone.ts";

/** Freezing needs every task to reach a stopping point, on a busy machine one after another; more means one is stuck. */
const FREEZE_DEADLINE_MS = 10_000;

export type FreezerState = "frozen" | "thawed" | "none";

/** `none` where the machine has no freezer for this container, or the container has gone. */
export function freezerState(places: readonly CgroupDirectory[]): FreezerState {
  const file = freezerFile(places);
  // The group may go after it has been found: systemd removes a scope as soon as nobody is in it.
  const state = file && readProcFile(file.path)?.trim();
  if (state === undefined) return "none";
  // FREEZING counts as frozen: something asked for it, and processes do not run.
  return state === "0" || state === "THAWED" ? "thawed" : "frozen";
}

/**
 * Freeze and wait until every process stands still. Leaves the container thawed when that cannot be had in time.
 * @throws GlassboxError not supported without a freezer; deadline exceeded when a process will not stop
 */
export async function freeze(places: readonly CgroupDirectory[]): Promise<void> {
  const file = freezerFile(places);
  if (!file) throw new GlassboxError("not supported", "Cannot freeze: the container has no cgroup with a freezer");
  const deadline = Date.now() + FREEZE_DEADLINE_MS;
  for (let waitMs = 1; Date.now() < deadline; waitMs = Math.min(waitMs * 2, 50)) {
    // v1 loses the race against a fork and stays FREEZING; writing again picks the newcomers up.
    writeFileSync(file.path, file.version === 2 ? "1" : "FROZEN");
    if (isFrozen(file)) return;
    await sleep(waitMs);
  }
  thaw(places);
  throw new GlassboxError(
    "deadline exceeded",
    `Cannot freeze: a process did not stop within ${FREEZE_DEADLINE_MS} ms`,
    {
      hint: "A process in uninterruptible sleep (state D in ps) cannot be frozen until the kernel answers it",
    },
  );
}

/** Let every process go on; nothing to do is fine, and so is a group that goes meanwhile. */
export function thaw(places: readonly CgroupDirectory[]): void {
  const file = freezerFile(places);
  if (file) writeUnlessGone(file.path, file.version === 2 ? "0" : "THAWED");
}

interface FreezerFile {
  version: 1 | 2;
  directory: string;
  path: string;
}

function freezerFile(places: readonly CgroupDirectory[]): FreezerFile | undefined {
  const place = places.find(({ version, controllers }) => version === 2 || controllers.includes("freezer"));
  if (!place) return undefined;
  const path = join(place.directory, place.version === 2 ? "cgroup.freeze" : "freezer.state");
  return existsSync(path) ? { version: place.version, directory: place.directory, path } : undefined;
}

function isFrozen(file: FreezerFile): boolean {
  if (file.version === 1) return readFileSync(file.path, "utf8").trim() === "FROZEN";
  return /^frozen 1$/m.test(readFileSync(join(file.directory, "cgroup.events"), "utf8"));
}
