/** What limits (man 2 getrlimit) this process may give a container: its own hard ones, as `/proc/PID/limits` has them. */
import { type LimitName, ownPid, readProcFile, UNLIMITED } from "../../1-kernel/mod.ts";

/**
 * How many files whoever called the runtime may have open (the soft limit), where the engine it runs on has raised its own.
 * Nothing where it is the hard limit anyway. The launcher is the process that the caller started and has the limit still;
 * without one, `bin/glassrun` has written it down before it became Node.
 */
export function callersFileLimit(): { callerFileLimit?: number } {
  const text = ownPid() === process.pid ? "" : (readProcFile(`/proc/${ownPid()}/limits`) ?? "");
  const [, soft = process.env.GLASSRUN_NOFILE, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(text) ?? [];
  return /^\d+$/.test(soft ?? "") && soft !== hard ? { callerFileLimit: Number(soft) } : {};
}

const LIMIT_TITLES: Record<string, LimitName> = {
  "Max cpu time": "RLIMIT_CPU",
  "Max file size": "RLIMIT_FSIZE",
  "Max data size": "RLIMIT_DATA",
  "Max stack size": "RLIMIT_STACK",
  "Max core file size": "RLIMIT_CORE",
  "Max resident set": "RLIMIT_RSS",
  "Max processes": "RLIMIT_NPROC",
  "Max open files": "RLIMIT_NOFILE",
  "Max locked memory": "RLIMIT_MEMLOCK",
  "Max address space": "RLIMIT_AS",
  "Max file locks": "RLIMIT_LOCKS",
  "Max pending signals": "RLIMIT_SIGPENDING",
  "Max msgqueue size": "RLIMIT_MSGQUEUE",
  "Max nice priority": "RLIMIT_NICE",
  "Max realtime priority": "RLIMIT_RTPRIO",
  "Max realtime timeout": "RLIMIT_RTTIME",
};

/** Pure: the hard limits in the text of `/proc/PID/limits`. */
export function parseHardLimits(text: string): Partial<Record<LimitName, number | bigint>> {
  const limits: Partial<Record<LimitName, number | bigint>> = {};
  for (const line of text.split("\n")) {
    const match = /^(Max .*?)\s{2,}\S+\s+(\S+)/.exec(line);
    const name = match?.[1] && LIMIT_TITLES[match[1]];
    if (name && match[2]) limits[name] = match[2] === "unlimited" ? UNLIMITED : Number(match[2]);
  }
  return limits;
}
