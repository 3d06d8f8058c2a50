/**
 * Who lives in a shell's session (man 7 credentials): what a terminal hangs up and, when that does not help, kills. Also
 * which process group is in the terminal's foreground, so that an interrupt reaches it without passing through the
 * terminal. Read straight from /proc/PID/stat, because the kernel forgets nobody there.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface SessionMember {
  pid: number;
  /** Clock ticks since boot (field 22 of /proc/PID/stat); tells this process from a later one with its pid. */
  startTime: string;
}

/** The fields of one /proc/PID/stat line that tell which terminal business a process is part of (man 5 proc_pid_stat). */
export interface TerminalStat extends SessionMember {
  state: string;
  session: number;
  /** Foreground process group of its controlling terminal; -1 without one. */
  foregroundGroup: number;
}

/** Reads one stat line. `comm` may hold spaces and parentheses, so fields are counted from the last `)`. */
export function parseTerminalStat(line: string): TerminalStat {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return {
    pid: Number.parseInt(line, 10),
    state: fields[0] ?? "",
    session: Number(fields[3]),
    foregroundGroup: Number(fields[5]),
    startTime: fields[19] ?? "",
  };
}

/** Every live process of the session `shellPid` leads, the shell itself included; zombies are left out. */
export function sessionMembers(shellPid: number): SessionMember[] {
  const members: SessionMember[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = terminalStatOf(Number(name));
    if (stat && stat.session === shellPid && stat.state !== "Z")
      members.push({ pid: stat.pid, startTime: stat.startTime });
  }
  return members;
}

/** Those of `members` that still live. */
export function stillAlive(members: SessionMember[]): SessionMember[] {
  return members.filter(({ pid, startTime }) => {
    const stat = terminalStatOf(pid);
    return stat !== undefined && stat.startTime === startTime && stat.state !== "Z";
  });
}

/** Send each a signal; those that are gone by now are passed over. */
export function signalEach(members: SessionMember[], signal: NodeJS.Signals): void {
  for (const { pid } of stillAlive(members)) sendSignal(pid, signal);
}

/** SIGINT to whatever runs in the foreground of the terminal that `shellPid` leads. Does nothing when the shell is gone. */
export function interruptForeground(shellPid: number): void {
  const stat = terminalStatOf(shellPid);
  const group = stat && foregroundGroupOf(stat);
  if (group !== undefined) sendSignal(-group, "SIGINT");
}

/**
 * The process group in the foreground of a shell's own terminal, if there is one. A shell that has not come to lead a
 * session yet is still at the terminal of whoever started it: the agent, in whose foreground the agent is itself.
 */
export function foregroundGroupOf({ pid, session, foregroundGroup }: TerminalStat): number | undefined {
  return session === pid && foregroundGroup > 1 ? foregroundGroup : undefined;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function terminalStatOf(pid: number): TerminalStat | undefined {
  try {
    return parseTerminalStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined; // it ended while we looked (ENOENT, ESRCH)
  }
}
