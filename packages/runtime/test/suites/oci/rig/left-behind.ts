/**
 * What a rule left on the machine: processes, mounts and cgroups that carry the suite's marks. Others use the
 * machine at the same time, so only what is ours counts, and each kind has a mark of its own: a container's id stands
 * in its cgroup's path, a mount lies below the suite's directory, a helper of the runtime has the suite's environment.
 */
import { type Dirent, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { suiteMark } from "./command.ts";

export interface Marks {
  /** Directory that holds the bundles. */
  base: string;
  /** How every container id begins. */
  prefix: string;
}

export interface Leftover {
  /** One line for a person. */
  what: string;
  /** Directory of a cgroup. */
  cgroup?: string;
}

/** Everything still there; empty when all is gone. */
export function leftBehind(marks: Marks): Leftover[] {
  return [...processes(marks), ...mounts(marks), ...cgroups(marks)];
}

/** Takes cgroups away that a runtime forgot, deepest first, so that the next rule starts clean. */
export function removeCgroups(left: readonly Leftover[]): void {
  for (const { cgroup } of left) {
    try {
      if (cgroup !== undefined) rmdirSync(cgroup);
    } catch {
      // A process in it is still dying: the next rule's look finds it again, and this one has failed already.
    }
  }
}

function processes({ prefix }: Marks): Leftover[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      // A zombie waits for the machine's init, which is slow on some machines; nothing of ours can hurry it.
      if (/^State:\s+[ZX]/m.test(contents(`/proc/${pid}/status`))) return [];
      const ours =
        contents(`/proc/${pid}/cgroup`).includes(`${prefix}-`) ||
        contents(`/proc/${pid}/environ`).split("\0").includes(suiteMark);
      return ours ? [{ what: `process ${pid}: ${contents(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}` }] : [];
    });
}

function mounts({ base }: Marks): Leftover[] {
  const lines = contents("/proc/self/mountinfo").split("\n");
  return lines.filter((line) => line.includes(base)).map((line) => ({ what: `mount ${line}` }));
}

function cgroups({ prefix }: Marks): Leftover[] {
  const trees = contents("/proc/mounts")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2");
  return trees
    .flatMap(([, mountPoint = ""]) => directoriesBelow(mountPoint))
    .filter((path) => path.includes(`/${prefix}-`))
    .map((path) => ({ what: `cgroup ${path}`, cgroup: path }));
}

/** Deepest first. */
function directoriesBelow(directory: string): string[] {
  return directoriesIn(directory).flatMap(({ name }) => {
    const path = join(directory, name);
    return [...directoriesBelow(path), path];
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
