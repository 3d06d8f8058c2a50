/**
 * What a feature left on the machine: processes, mounts and cgroups that carry the suite's marks. Others use the
 * machine at the same time, so only what is ours counts, and each kind has a mark of its own: a container's id stands
 * in its cgroup's path, a mount lies below the suite's directory, a helper of the runtime has the suite's environment.
 */
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suiteMark } from "./command.ts";

export interface Marks {
  /** Directory that holds the bundles. */
  base: string;
  /** How every container id begins. */
  prefix: string;
}

/** One line for each thing still there; empty when all is gone. */
export function leftBehind(marks: Marks): string[] {
  return [...processes(marks), ...mounts(marks), ...cgroups(marks)];
}

function processes({ prefix }: Marks): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      // A zombie waits for the machine's init, which is slow on some machines; nothing of ours can hurry it.
      if (/^State:\s+[ZX]/m.test(contents(`/proc/${pid}/status`))) return [];
      const ours =
        contents(`/proc/${pid}/cgroup`).includes(`${prefix}-`) ||
        contents(`/proc/${pid}/environ`).split("\0").includes(suiteMark);
      return ours ? [`process ${pid}: ${contents(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`] : [];
    });
}

function mounts({ base }: Marks): string[] {
  const lines = contents("/proc/self/mountinfo").split("\n");
  return lines.filter((line) => line.includes(base)).map((line) => `mount ${line}`);
}

function cgroups({ prefix }: Marks): string[] {
  const trees = contents("/proc/mounts")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2");
  return trees.flatMap(([, mountPoint = ""]) => directoriesNamed(mountPoint, `${prefix}-`));
}

function directoriesNamed(directory: string, mark: string): string[] {
  return directoriesIn(directory).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.name.includes(mark) ? [`cgroup ${path}`] : directoriesNamed(path, mark);
  });
}

/** Someone else's cgroup may vanish while we look: then it has nothing in it. */
function directoriesIn(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch {
    return [];
  }
}

/** A process may end while we look: then its files are empty. */
function contents(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
