/**
 * What a process's cgroups are looked up by. A process is asked for them several times a turn and its facts seldom
 * change, so the keys are kept with the facts.
 */
import type { ProcessFacts } from "../facts.ts";

const made = new WeakMap<ProcessFacts, string[]>();

export function cgroupKey({ hierarchy, path }: { hierarchy: string; path: string }): string {
  return `${hierarchy}:${path}`;
}

/** One key a hierarchy, in the order of /proc/PID/cgroup. */
export function cgroupKeysOf(process: ProcessFacts): string[] {
  let keys = made.get(process);
  if (!keys) {
    keys = process.cgroups.map(cgroupKey);
    made.set(process, keys);
  }
  return keys;
}
