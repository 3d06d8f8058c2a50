/**
 * The planner's side of `native/glassrun.c`, the launcher that a caller starts: it starts this process and a sysrun side
 * by side, so that neither waits for the other to start, passes signals on, and ends with our exit code. Started in
 * another way (Node, the agent, a test), there is no launcher, and sysrun is started when a plan is performed.
 */
import { closeSync, readSync, statSync, writeSync } from "node:fs";

interface Launcher {
  /** Socket to sysrun, until it is used; -1 when no sysrun was started. */
  plan: number;
  control: number;
  pid: number;
}

let met: { launcher: Launcher | undefined } | undefined;

/** Asked for when it is needed, and not before: where the program is loaded is not always where it runs (`engine/`). */
function ourLauncher(): Launcher | undefined {
  if (!met) {
    met = { launcher: parseLauncher(process.env.GLASSRUN_LAUNCHER) };
    // Whatever is started from here has no such launcher.
    delete process.env.GLASSRUN_LAUNCHER;
  }
  return met.launcher;
}

/** Pure: `PLAN,CONTROL,PID`, as the launcher writes it. */
export function parseLauncher(text: string | undefined): Launcher | undefined {
  const [plan, control, pid] = (text ?? "").split(",").map(Number);
  return plan === undefined || control === undefined || pid === undefined ? undefined : { plan, control, pid };
}

/** The process that the caller started: the launcher where there is one, or this. */
export function ownPid(): number {
  return ourLauncher()?.pid ?? process.pid;
}

/** Have signals that come to the launcher sent to `pid` from now on. @returns false where there is no launcher */
export function passSignalsTo(pid: number): boolean {
  const launcher = ourLauncher();
  if (!launcher) return false;
  writeSync(launcher.control, `${pid}`);
  return true;
}

/**
 * Leave the rest of the plan to the launcher and its sysrun: this process may end. When sysrun has ended, its exit code is
 * the launcher's. If the container's `directory` of state is still there then, the launcher starts a planner anew, with
 * `delete --force`: something in the container's cgroups was not to be taken away in a list of calls.
 */
export function handOver(pid: number, directory: string): void {
  const launcher = ourLauncher();
  if (launcher) writeSync(launcher.control, `${pid} ${statSync(directory).ino} ${directory}`);
}

/** Whether a plan performed now is performed by the launcher's sysrun. */
export function hasWaitingSysrun(): boolean {
  return (ourLauncher()?.plan ?? -1) >= 0;
}

/** A sysrun that waits for its plan. Everything here blocks: there is nothing else to do meanwhile. */
export interface WaitingSysrun {
  send(block: Uint8Array): void;
  /** Hands over what sysrun reports, as it comes, until `enough` or until sysrun has ended. */
  listen(onReport: (bytes: Uint8Array) => void, enough: () => boolean): void;
}

/** The launcher's sysrun, which performs one plan: undefined where there is none, and the second time. */
export function takeSysrun(): WaitingSysrun | undefined {
  const launcher = ourLauncher();
  if (!launcher || launcher.plan < 0) return undefined;
  const fd = launcher.plan;
  launcher.plan = -1;
  return {
    send: (block) => {
      try {
        for (let rest = block; rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest));
      } catch (cause) {
        // It has ended, and why stands in what it has reported.
        if ((cause as NodeJS.ErrnoException).code !== "EPIPE") throw cause;
      }
    },
    listen: (onReport, enough) => {
      const buffer = new Uint8Array(16 * 1024);
      while (!enough()) {
        const got = readSync(fd, buffer);
        if (got === 0) break;
        onReport(buffer.slice(0, got));
      }
      closeSync(fd);
    },
  };
}
