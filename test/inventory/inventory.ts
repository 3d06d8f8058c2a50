/**
 * What this machine holds that a test could have left behind, before and after: processes, mounts, namespaces, cgroups,
 * network links, files. Other people's processes come and go meanwhile, so only what can be told to be the test's own
 * counts, by an environment variable that its processes inherit, by descent, by cgroup, or by path.
 *
 * @example
 * const scope = testScope({ cgroupBase: "/glassbox-test-7", directories: [work] });
 * const before = takeInventory(scope);
 * ... make and remove things ...
 * assert.deepEqual(await leaksSince(before, scope), []);
 */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  listPids,
  type MountInfo,
  NAMESPACE_TYPES,
  overlayLayers,
  parseNamespaceLink,
  readCmdline,
  readMountinfo,
  readNamespaceLinks,
  readProcCgroup,
  readProcFile,
  readProcLink,
  readStat,
} from "@glassbox/runtime/kernel";

/** Name of the environment variable by which a test's processes are known, also when nobody else's child any more. */
const MARKER_VARIABLE = "GLASSBOX_TEST";

/** How to tell what is the test's own. */
export interface Scope {
  /** Value of `GLASSBOX_TEST` in the environment of its processes. */
  marker: string;
  /** Its processes descend from this one, which is not counted itself. */
  ancestorPid: number;
  /** Cgroup path, in every hierarchy, wherever `/proc/self/cgroup` puts it: its cgroups hold this text. */
  cgroupBase: string;
  /** Absolute. What is mounted, held or kept below them is its own. */
  directories: string[];
}

/** Things by a key that tells them from their likes, with a sentence's worth of description. */
export type Things = ReadonlyMap<string, string>;

export interface Inventory {
  processes: Things;
  mounts: Things;
  namespaces: Things;
  cgroups: Things;
  links: Things;
  files: Things;
}

/** Files listed below one directory: a root file system has some thousands. */
const FILES_MAX = 20_000;

/** A scope for this process; sets the marker in its environment, so that everything it starts from now on has it. */
export function testScope(own: { cgroupBase: string; directories: string[] }): Scope {
  // Always a new one: test files run side by side, and one's leak is not another's.
  const marker = `${process.pid}-${Date.now().toString(36)}`;
  process.env[MARKER_VARIABLE] = marker;
  return { marker, ancestorPid: process.pid, ...own };
}

/** What the machine holds now that is in scope. Takes some 20 ms. */
export function takeInventory(scope: Scope): Inventory {
  const processes = ownProcesses(scope);
  const mounts = ownMounts(scope);
  return {
    processes: new Map([...processes].map(([pid, { key, what }]) => [key, `process ${pid} (${what})`])),
    mounts: new Map(mounts.map((mount) => [`${mount.mountId}`, `mount of ${mount.fsType} at "${mount.mountPoint}"`])),
    namespaces: ownNamespaces(processes.keys(), mounts),
    cgroups: ownCgroups(scope),
    links: networkLinks(),
    files: ownFiles(scope),
  };
}

/** What is there after and was not before, one sentence each; and mounts of before that are gone. Pure. */
export function compare(before: Inventory, after: Inventory): string[] {
  const leaks: string[] = [];
  for (const kind of Object.keys(after) as Array<keyof Inventory>) {
    for (const [key, what] of after[kind]) if (!before[kind].has(key)) leaks.push(`${what} was left behind`);
  }
  for (const [key, what] of before.mounts) if (!after.mounts.has(key)) leaks.push(`${what} is gone`);
  return leaks;
}

/** As `compare` with now, but gives what is just ending the time to end. Resolves at once when nothing is left. */
export async function leaksSince(before: Inventory, scope: Scope, patienceMs: number = 20_000): Promise<string[]> {
  const deadlineMs = Date.now() + patienceMs;
  for (;;) {
    const leaks = compare(before, takeInventory(scope));
    if (leaks.length === 0 || Date.now() > deadlineMs) return leaks;
    await pause(50);
  }
}

function ownProcesses(scope: Scope): Map<number, { key: string; what: string }> {
  const own = new Map<number, { key: string; what: string }>();
  const descendants = new Set([scope.ancestorPid]);
  // A parent is mostly older and has the lower pid; `environ` finds those whose pid wrapped around.
  for (const pid of listPids()) {
    const stat = readStat(pid);
    if (!stat || pid === scope.ancestorPid) continue;
    const descends = descendants.has(stat.parentPid);
    if (descends) descendants.add(pid);
    // A zombie that its parent has yet to reap holds nothing, and whose it was can no longer be read.
    if (stat.state === "Z" || stat.state === "X") continue;
    if (
      descends ||
      hasMarker(pid, scope.marker) ||
      isInCgroup(pid, scope.cgroupBase) ||
      livesBelow(pid, scope.directories)
    )
      own.set(pid, { key: `${pid}@${stat.startTimeTicks}`, what: readCmdline(pid)?.join(" ") || stat.comm });
  }
  return own;
}

function hasMarker(pid: number, marker: string): boolean {
  return (readProcFile(`/proc/${pid}/environ`) ?? "").split("\0").includes(`${MARKER_VARIABLE}=${marker}`);
}

function isInCgroup(pid: number, base: string): boolean {
  return (readProcCgroup(pid) ?? []).some(({ path }) => `${path}/`.includes(`${base}/`));
}

function livesBelow(pid: number, directories: string[]): boolean {
  return ["root", "cwd"].some((link) => isBelow(readProcLink(`/proc/${pid}/${link}`) ?? "", directories));
}

/** Mounted below our directories, or made of them. */
function ownMounts({ directories }: Scope): MountInfo[] {
  return (readMountinfo("self") ?? []).filter((mount) => {
    const layers = overlayLayers(mount);
    const madeOf = layers ? [...layers.lower, layers.upper ?? "", layers.work ?? ""] : [mount.source];
    return [mount.mountPoint, ...madeOf].some((path) => isBelow(path, directories));
  });
}

/** Not shared with this process, and held by our processes or our bind mounts. */
function ownNamespaces(pids: Iterable<number>, mounts: MountInfo[]): Things {
  const found = new Map<string, string>();
  const shared = readNamespaceLinks("self").own;
  for (const pid of pids) {
    const { own } = readNamespaceLinks(pid);
    for (const type of NAMESPACE_TYPES) {
      if (own[type] !== undefined && own[type] !== shared[type])
        found.set(`${type}:[${own[type]}]`, `${type} namespace ${own[type]} with process ${pid} in it`);
    }
  }
  for (const mount of mounts) {
    const name = mount.fsType === "nsfs" ? parseNamespaceLink(mount.root) : undefined;
    if (name) found.set(mount.root, `${name.type} namespace ${name.inode}, mounted at "${mount.mountPoint}"`);
  }
  return found;
}

function ownCgroups({ cgroupBase }: Scope): Things {
  const found = new Map<string, string>();
  const roots = (readMountinfo("self") ?? []).filter(({ fsType }) => fsType === "cgroup" || fsType === "cgroup2");
  for (const { mountPoint } of roots) {
    walk(mountPoint, (path, isDirectory) => {
      if (isDirectory && `${path}/`.includes(`${cgroupBase}/`)) found.set(path, `cgroup "${path}"`);
      return isDirectory;
    });
  }
  return found;
}

/** Of this network namespace. */
function networkLinks(): Things {
  return new Map(readdirSync("/sys/class/net").map((name) => [name, `network link "${name}"`]));
}

function ownFiles({ directories }: Scope): Things {
  const found = new Map<string, string>();
  for (const directory of directories) {
    walk(directory, (path) => {
      found.set(path, `file "${path}"`);
      return found.size < FILES_MAX;
    });
  }
  return found;
}

/** Calls `visit` for everything below; descends where it answers true. Links are not followed, nor other file systems entered. */
function walk(directory: string, visit: (path: string, isDirectory: boolean) => boolean): void {
  const device = lstatSync(directory, { throwIfNoEntry: false })?.dev;
  for (const directories = [directory]; directories.length > 0; ) {
    const current = directories.pop() as string;
    try {
      if (lstatSync(current).dev !== device) continue;
      for (const entry of readdirSync(current, { withFileTypes: true })) {
        const path = join(current, entry.name);
        if (visit(path, entry.isDirectory()) && entry.isDirectory()) directories.push(path);
      }
    } catch {
      // Removed while we were looking.
    }
  }
}

function isBelow(path: string, directories: string[]): boolean {
  return directories.some((directory) => path === directory || path.startsWith(`${directory}/`));
}
