/**
 * The changes that a runtime makes itself, without a plan: files it writes, names it gives and takes, processes it signals.
 * Between any two of them it can be killed, so each is announced before it is made.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

const CHANGING = [
  "mkdirSync",
  "writeFileSync",
  "writeSync",
  "renameSync",
  "linkSync",
  "symlinkSync",
  "unlinkSync",
  "rmSync",
  "rmdirSync",
] as const;

/**
 * From now on, in this process: `announce` is called before each change, with what it is. How often a process is signalled,
 * or a cgroup tried to be removed, until it is gone, depends on how busy the machine is: only the first time counts.
 */
export function watchChanges(announce: (what: string) => void): void {
  const tried = new Set<string>();
  const announceOnce = (what: string, whom: unknown) => {
    const trial = `${what} ${whom}`;
    if (!tried.has(trial)) announce(what);
    tried.add(trial);
  };
  for (const name of CHANGING) {
    const change = fs[name] as (...args: unknown[]) => unknown;
    Object.assign(fs, {
      [name]: (...args: unknown[]) => {
        const what = `${name}(${typeof args[0] === "string" ? basename(args[0]) : args[0]})`;
        if (name === "rmdirSync") announceOnce(what, args[0]);
        else announce(what);
        return change.apply(fs, args);
      },
    });
  }
  syncBuiltinESMExports();
  const kill = process.kill.bind(process);
  process.kill = (pid, signal) => {
    // Its own end is what is announced to.
    if (pid !== process.pid) announceOnce(`kill(${signal})`, pid);
    return kill(pid, signal);
  };
}
