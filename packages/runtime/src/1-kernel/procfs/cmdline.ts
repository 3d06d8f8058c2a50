/**
 * `/proc/PID/cmdline` (man 5 proc_pid_cmdline): the arguments a process was started with, each ended by a NUL.
 * Kernel threads and zombies have none.
 */
import { readProcFile } from "./proc-file.ts";

/** Longest text kept of one command line: enough to recognise it; the kernel allows megabytes. */
const CMDLINE_MAX_CHARS = 4096;

/** Splits at NULs. A program that wrote its own title leaves no NULs: then the title is one argument. */
export function parseCmdline(text: string): string[] {
  if (text === "") return [];
  const cut = text.slice(0, CMDLINE_MAX_CHARS);
  const argv = cut.split("\0");
  while (argv.length > 1 && argv.at(-1) === "") argv.pop();
  return argv;
}

/** Undefined when there is no such process (any more). */
export function readCmdline(pid: number | "self"): string[] | undefined {
  const text = readProcFile(`/proc/${pid}/cmdline`);
  return text === undefined ? undefined : parseCmdline(text);
}
