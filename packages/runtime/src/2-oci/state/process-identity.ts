/**
 * A process named so that it cannot be taken for another: pid and start time, because pids are used again. A zombie
 * counts as ended: its program is gone, and whoever should reap it may take minutes.
 */
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot: field 22 of /proc/PID/stat. */
  startTime: number;
}

/** Undefined when there is no such process, or it has ended and was not reaped yet. */
export function identify(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The name in parentheses may hold anything, so fields are counted from its end (man 5 proc_pid_stat).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  if (state === "Z" || state === "X") return undefined;
  return { pid, startTime: Number(fields[19]) };
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}
