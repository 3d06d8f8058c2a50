/**
 * What every part of the planner is given, and how it answers: a part takes a `Planning` and returns the calls for its
 * own concern, in order. `container.ts` puts the parts together. Nothing here asks the kernel anything: what a plan
 * depends on beside the bundle is in `MachineFacts`, which `../facts` gathers and golden tests write down.
 */
import type { CgroupDirectory, CgroupSurvey, LimitName } from "../../1-kernel/mod.ts";
import type { Config, Namespace } from "../spec/config.ts";
import type { SeccompProgram } from "./seccomp-program.ts";

/** One of the files below a directory. */
export interface TreeEntry {
  /** Below the directory asked for, without a leading slash. */
  path: string;
  kind: "directory" | "file" | "symlink" | "fifo";
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Of a file, in bytes. */
  size: number;
  /** Of a symlink. */
  target?: string;
}

/** What stands at a path of the container as its mounts will lie, seen before anything is mounted. */
export interface PathFact {
  /** `unknown`: below a file system that is mounted fresh, or otherwise not to be seen from here. */
  kind: "directory" | "file" | "missing" | "unknown";
  /** Permission bits, where something is there. */
  mode?: number;
  /** Of a device node: `c 1:3`. */
  device?: string;
}

/** Who the runtime is on this machine. */
export interface Standing {
  /** Effective, as this process's user namespace has it. */
  uid: number;
  gid: number;
  /** Whether that is not the machine's own user namespace. */
  inUserNamespace: boolean;
  /** False where /proc/self/setgroups says `deny`: then groups stay what they are (man 7 user_namespaces). */
  mayChooseGroups: boolean;
}

/** What is seen of the group of the resctrl file system that a configuration names. */
export interface ResctrlFacts {
  /** Absolute path of the group, there or not. */
  group: string;
  /** Its limits; undefined where there is no such group. */
  schemata: string | undefined;
}

export interface MachineFacts {
  architecture: "x86_64" | "aarch64";
  cgroupMode: "v1" | "hybrid" | "v2" | "none";
  /** The container's directory in each tree; empty where the machine has no cgroups. */
  cgroups: ReadonlyArray<{ place: CgroupDirectory; survey: CgroupSurvey }>;
  /** Controllers of the trees that the container goes without, because nobody handed this user a group in them. */
  cgroupsDenied: readonly string[];
  /** v2: the files of a cgroup that go with it to an owner; absent where it is to have none of its own. */
  delegatedFiles?: readonly string[];
  standing: Standing;
  /** Capability masks of the runtime itself: a container can be given no more. */
  permittedCapabilities: bigint;
  /** Number of the newest capability this kernel has. */
  lastCapability: number;
  /** The runtime's own hard limits: without CAP_SYS_RESOURCE they cannot be raised. */
  hardLimits: Partial<Record<LimitName, number | bigint>>;
  /** The soft RLIMIT_NOFILE of whoever called the runtime, where the engine it runs on has raised its own. */
  callerFileLimit?: number;
  oomScoreAdj: number;
  /** Whether a score below that one may be set without CAP_SYS_RESOURCE. */
  mayScore(wanted: number): boolean;
  /** Absent where there is no such file system, or nothing of it is asked for. */
  resctrl?: ResctrlFacts | undefined;
  apparmor: boolean;
  selinux: boolean;
  /** Descriptors 0 to 2 whose owner must become the container's user: pipes and files, not /dev/null. */
  ownedStdio: readonly number[];
  /** Those of 0 to 2 that are /dev/null. */
  nullStreams: readonly number[];
  /** Home directory of a uid in the container's /etc/passwd. */
  homeOf(uid: number): string | undefined;
  /** Type of the file system that holds a path of the host: `proc`, `ext4`. */
  fileSystemOf(path: string): string;
  /** Where the mount that holds a path of the host is mounted. */
  mountPointOf(path: string): string;
  /** A path in the container as the mounts before `mountIndex` (all when left out) leave it. */
  look(path: string, mountIndex?: number): PathFact;
  /** Everything below a directory of the container as the mounts before `mountIndex` leave it, outermost first. */
  tree(path: string, mountIndex: number): TreeEntry[];
  /** A path of the host, for bind mounts. */
  lookOnHost(path: string): PathFact;
}

export interface PlanRequest {
  id: string;
  config: Config;
  /** Absolute path of the bundle. */
  bundle: string;
  facts: MachineFacts;
  /**
   * `create`: stop before the program and wait at `startFifo`. `run`: go on at once and wait for the end.
   * `detach`: go on at once, and end when the program has been started.
   */
  mode: "create" | "run" | "detach";
  /**
   * In mode `run`: the container's state directory, which the plan takes away at the end, with its cgroups. The caller
   * need not stay for that; only for a container whose processes all end with its first.
   */
  tidies?: string;
  /** FIFO that `start` writes a byte to. */
  startFifo: string;
  /**
   * FIFO that the runtime writes a byte to when it has written down which process it is. Without it the plan does not wait:
   * a container whose runtime is killed before that is found by its cgroup.
   */
  knownFifo?: string;
  /** FIFO that the runtime writes a byte to when its hooks have run; without it the plan does not wait. */
  hooksFifo?: string;
  /** FIFO that the runtime writes a byte to when newuidmap and newgidmap have run; see `needsMapPrograms`. */
  mapsFifo?: string;
  /** Socket that is sent the master side of the container's terminal. */
  consoleSocket?: string;
  /** Socket that is sent a descriptor for the process (man 2 pidfd_open), by which its end can be waited for. */
  pidfdSocket?: string;
  /** Descriptors from 3 on that the container's program keeps. */
  preserveFds?: number;
  /** How many of them a service manager handed over: the program is told (man 3 sd_listen_fds). */
  listenFds?: number;
  noPivot?: boolean;
  noNewKeyring?: boolean;
  /** `/linux/seccomp` compiled for this machine; has to be there if that is. */
  seccompProgram?: SeccompProgram;
}

export interface Planning extends PlanRequest {
  /** Absolute path of the root file system. */
  rootfs: string;
  /** The program waits for a byte on `startFifo`: for `start`, or until hooks that come right before it have run. */
  waitForStart: boolean;
  /** Something the config asks for that is done otherwise or not at all: shown to the user, never silent. */
  warn(message: string): void;
  /** A result name not yet used in this plan, made from `wish`. */
  name(wish: string): string;
}

/** Is there a namespace of this kind in the config: `new`, the path to join, or none (share the host's)? */
export function namespaceOf(
  planning: Pick<Planning, "config">,
  kind: string,
): { path?: string; from: string } | undefined {
  const namespaces = planning.config.linux?.namespaces ?? [];
  // Asked some thirty times a plan: a loop is quicker than a function for each.
  for (let index = 0; index < namespaces.length; index++) {
    const { type, path } = namespaces[index] as Namespace;
    if (type === kind)
      return path ? { from: `/linux/namespaces/${index}`, path } : { from: `/linux/namespaces/${index}` };
  }
  return undefined;
}

/** A namer for one plan: `proc`, then `proc_2`. */
export function namer(): (wish: string) => string {
  const used = new Map<string, number>();
  return (wish) => {
    const safe = asName(wish);
    const count = (used.get(safe) ?? 0) + 1;
    used.set(safe, count);
    return count === 1 ? safe : `${safe}_${count}`;
  };
}

function asName(wish: string): string {
  // Most are plain paths, and replacing by pattern takes ten times as long.
  const plain = wish.replaceAll("/", "_");
  if (PLAIN_NAME.test(plain)) return plain;
  const base = wish.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "") || "root_directory";
  return /^[A-Za-z]/.test(base) ? base : `at_${base}`;
}

const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$/;
