/** Ending a container and taking away what it left: processes, cgroups, state. Used by `delete`, `run` and failed starts. */
import { GlassboxError, sleep } from "../../0-base/mod.ts";
import { freezerState, processesIn, removeCgroup, signalAll, thaw } from "../../1-kernel/mod.ts";
import type { StoredState } from "../state/container-state.ts";
import { isAlive } from "../state/process-identity.ts";

/** A killed process is gone at once, unless it waits in the kernel for a device. */
const KILL_DEADLINE_MS = 10_000;

/** SIGKILL to the first process and all others of its cgroup, and wait until they are gone. Nothing to kill is fine. */
export async function killAll(stored: Pick<StoredState, "id" | "cgroups" | "init">): Promise<void> {
  const deadline = Date.now() + KILL_DEADLINE_MS;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    if (stored.init && isAlive(stored.init)) sendSignal(stored.init.pid, "SIGKILL");
    // On v1 one that is still being made is in some of its groups only.
    const places = stored.cgroups.map(({ directory }) => directory).filter((place) => processesIn(place).length > 0);
    for (const place of places) signalAll(place, "SIGKILL");
    // v1 delivers a signal to a frozen process only when it is thawed.
    if (freezerState(stored.cgroups) === "frozen") thaw(stored.cgroups);
    if (!(stored.init && isAlive(stored.init)) && places.length === 0) return;
    if (Date.now() > deadline) {
      throw new GlassboxError(
        "deadline exceeded",
        `Cannot end container "${stored.id}": a process is still there after ${KILL_DEADLINE_MS} ms`,
        {
          hint: "A process in uninterruptible sleep (state D in ps) ends when the kernel answers it",
        },
      );
    }
    await sleep(waitMs);
  }
}

/** One of its cgroup directories that lists all its processes. */
export function processPlace(stored: Pick<StoredState, "cgroups">): string | undefined {
  const place =
    stored.cgroups.find(({ version, controllers }) => version === 2 || controllers.includes("pids")) ??
    stored.cgroups[0];
  return place?.directory;
}

/** Once its processes have ended. What systemd has made, systemd is asked to forget. */
export async function removeCgroups(stored: Pick<StoredState, "cgroups" | "resctrl" | "unit">): Promise<void> {
  if (stored.unit !== undefined) (await import("./systemd.ts")).stopUnit(stored.unit);
  await removeCgroup(stored.cgroups);
  await removeCgroup((stored.resctrl?.own ?? []).map((directory) => ({ directory })));
}

/** A process that has ended meanwhile is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}
