/** Gathers what a plan depends on beside the bundle: this machine's cgroups, the runtime's own powers and limits. */
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, readSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import {
  type CgroupLayout,
  type LimitName,
  type MountInfo,
  mayMakeCgroup,
  ownPid,
  placeCgroup,
  readCgroupLayout,
  readMountinfo,
  surveyCgroup,
  UNLIMITED,
} from "../../1-kernel/mod.ts";
import type { MachineFacts } from "../plan/planning.ts";
import { type ContainerView, lookInContainer, treeInContainer } from "./container-view.ts";
import { factOf, resolveInRoot } from "./in-root.ts";
import { mayScore } from "./oom-score.ts";
import { isRootless, readStanding } from "./standing.ts";

export interface GatherOptions {
  layout?: CgroupLayout;
  /** Where systemd has made its cgroup, if it has. */
  cgroupsPath?: string | undefined;
  /** The flag of that name. */
  rootless?: string | undefined;
}

/** Facts for a container that is to be made. */
export function gatherFacts(view: ContainerView, id: string, options: GatherOptions = {}): MachineFacts {
  const { layout = readCgroupLayout(), cgroupsPath = view.config.linux?.cgroupsPath, rootless } = options;
  const own = gatherOwnFacts();
  const places = placeCgroup(layout, cgroupsPath, id);
  // A group that was asked for by name must be had; one by the container's id is a courtesy, and root's to have.
  const excused = isRootless(own.standing, rootless) && !cgroupsPath;
  const denied = excused ? places.filter((place) => !mayMakeCgroup(layout, place)) : [];
  return {
    ...own,
    cgroupMode: layout.mode,
    cgroups: places.filter((place) => !denied.includes(place)).map((place) => ({ place, survey: surveyCgroup(place) })),
    cgroupsDenied: denied.flatMap(({ controllers }) => controllers),
    homeOf: (uid) => userIn(view.rootfs, uid)?.home,
    fileSystemOf,
    mountPointOf,
    look: lookInContainer(view),
    tree: treeInContainer(view),
    lookOnHost: factOf,
  };
}

/** The part that does not depend on a container. */
export function gatherOwnFacts() {
  const status = readFileSync("/proc/self/status", "utf8");
  const mask = (field: string) => BigInt(`0x${new RegExp(`^${field}:\\s*([0-9a-f]+)`, "m").exec(status)?.[1] ?? "0"}`);
  return {
    standing: readStanding(),
    cgroupsDenied: [],
    architecture: process.arch === "arm64" ? ("aarch64" as const) : ("x86_64" as const),
    permittedCapabilities: mask("CapPrm") & mask("CapBnd"),
    lastCapability: Number(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8")),
    hardLimits: parseHardLimits(readFileSync("/proc/self/limits", "utf8")),
    ...callersFileLimit(),
    oomScoreAdj: Number(readFileSync("/proc/self/oom_score_adj", "utf8")),
    mayScore,
    apparmor: readOr("/sys/module/apparmor/parameters/enabled").startsWith("Y"),
    selinux: existsSync("/sys/fs/selinux/enforce"),
    ...standardStreams(),
  };
}

/** Name and home directory of a uid in a root's /etc/passwd (man 5 passwd). */
export function userIn(root: string, uid: number): { name: string; home: string } | undefined {
  const entry = readAccounts(root)
    .split("\n")
    .map((line) => line.split(":"))
    .find(([, , id]) => id === String(uid));
  return entry && { name: entry[0] ?? "", home: entry[5] || "/" };
}

/** A list of users is some kilobytes; in a directory service's export perhaps some megabytes. */
const ACCOUNTS_MAX_BYTES = 16 << 20;

/**
 * The file is the container's: only a plain file of sensible size is read. A FIFO would hold the runtime up for ever, and
 * a device without end would fill its memory.
 */
function readAccounts(root: string): string {
  let fd: number | undefined;
  try {
    const path = resolveInRoot(root, "/etc/passwd");
    if (path === undefined) return "";
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY);
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > ACCOUNTS_MAX_BYTES) return "";
    const bytes = Buffer.alloc(stat.size);
    return bytes.toString("utf8", 0, readSync(fd, bytes));
  } catch {
    return "";
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The longest mount point above the path; its own mount counts. */
export function mountPointOf(path: string): string {
  return mountOf(path)?.mountPoint ?? "/";
}

/** Type of the file system that is mounted there. */
export function fileSystemOf(path: string): string {
  return mountOf(path)?.fsType ?? "";
}

function mountOf(path: string): MountInfo | undefined {
  const real = realPathOf(path);
  const above = (readMountinfo("self") ?? []).filter(
    ({ mountPoint }) => mountPoint === "/" || `${real}/`.startsWith(`${mountPoint}/`),
  );
  // Of those at the same place, the last one lies on top.
  return above.reduce<MountInfo | undefined>(
    (best, mount) => (mount.mountPoint.length >= (best?.mountPoint.length ?? 0) ? mount : best),
    undefined,
  );
}

/** A path that does not exist is taken as it stands: whoever opens it tells, with the field it comes from. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/**
 * Nothing where it is the hard limit anyway. The launcher is the process that the caller started and has the limit still;
 * without one, `bin/glassrun` has written it down before it became Node.
 */
function callersFileLimit(): { callerFileLimit?: number } {
  const text = ownPid() === process.pid ? "" : readOr(`/proc/${ownPid()}/limits`);
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

/** /dev/null stays root's: its owner would change for the whole machine. A stream that is closed is neither. */
function standardStreams() {
  const open = [0, 1, 2].flatMap((fd) => {
    try {
      const stat = fstatSync(fd);
      return [{ fd, isNull: stat.isCharacterDevice() && stat.rdev === 0x103 }];
    } catch {
      return [];
    }
  });
  return {
    ownedStdio: open.filter(({ isNull }) => !isNull).map(({ fd }) => fd),
    nullStreams: open.filter(({ isNull }) => isNull).map(({ fd }) => fd),
  };
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
