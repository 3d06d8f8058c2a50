/**
 * `/proc/PID/stat` (man 5 proc_pid_stat): one line, 52 fields, the second a name in parentheses that may itself hold
 * spaces and parentheses. The start time in it makes a pid unique for as long as the machine runs.
 */
import { readProcFile } from "./proc-file.ts";

export interface ProcessStat {
  pid: number;
  /** Up to 15 bytes; kernel threads may have more. */
  comm: string;
  /** R running, S sleeping, D disk sleep, T stopped, t traced, Z zombie, X dead, I idle kernel thread. */
  state: string;
  parentPid: number;
  processGroup: number;
  session: number;
  /** Device number of the controlling terminal, 0 for none. */
  terminal: number;
  /** User and system time used, in clock ticks. */
  cpuTicks: number;
  threadCount: number;
  /** Clock ticks since boot. */
  startTimeTicks: number;
  rssPages: number;
}

/** Reads the one line of `stat`. The name ends at the last closing parenthesis, whatever it contains. */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(" ");
  // man 5 proc_pid_stat numbers fields from 1; what follows the name is field 3.
  const field = (number: number) => Number(fields[number - 3] ?? 0);
  return {
    pid: Number(text.slice(0, open)),
    comm: text.slice(open + 1, close),
    state: fields[0] ?? "?",
    parentPid: field(4),
    processGroup: field(5),
    session: field(6),
    terminal: field(7),
    cpuTicks: field(14) + field(15),
    threadCount: field(20),
    startTimeTicks: field(22),
    rssPages: field(24),
  };
}

/** Undefined when there is no such process (any more). */
export function readStat(pid: number | "self"): ProcessStat | undefined {
  const text = readProcFile(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}
