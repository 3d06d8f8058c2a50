/** Gathers what a plan depends on beside the bundle: this machine's cgroups, the runtime's own powers and limits. */
import { existsSync, fstatSync, readFileSync } from "node:fs";
import {
  type CgroupLayout,
  mayMakeCgroup,
  placeCgroup,
  readCgroupLayout,
  readProcFile,
  surveyCgroup,
} from "../../1-kernel/mod.ts";
import { cgroupOwner } from "../plan/cgroup-owner.ts";
import type { MachineFacts } from "../plan/planning.ts";
import { userIn } from "./accounts.ts";
import { type ContainerView, lookInContainer, treeInContainer } from "./container-view.ts";
import { factOf } from "./in-root.ts";
import { callersFileLimit, parseHardLimits } from "./limits.ts";
import { fileSystemOf, mountPointOf } from "./mount-above.ts";
import { mayScore } from "./oom-score.ts";
import { findResctrl } from "./resctrl.ts";
import { isRootless, readStanding } from "./standing.ts";

export interface GatherOptions {
  layout?: CgroupLayout;
  /** Where systemd has made its cgroup, if it has. */
  cgroupsPath?: string | undefined;
  /** The flag of that name; undefined for `auto`. */
  rootless?: boolean | undefined;
}

/** Facts for a container that is to be made. */
export function gatherFacts(view: ContainerView, id: string, options: GatherOptions = {}): MachineFacts {
  const { layout = readCgroupLayout(), cgroupsPath = view.config.linux?.cgroupsPath, rootless } = options;
  const own = gatherOwnFacts();
  const { intelRdt } = view.config.linux ?? {};
  const places = placeCgroup(layout, cgroupsPath, id);
  // A group that was asked for by name must be had; one by the container's id is a courtesy, and root's to have.
  const excused = isRootless(own.standing, rootless) && !cgroupsPath;
  const denied = excused ? places.filter((place) => !mayMakeCgroup(layout, place)) : [];
  return {
    ...own,
    ...(intelRdt ? { resctrl: findResctrl(intelRdt, id) } : {}),
    cgroupMode: layout.mode,
    cgroups: places.filter((place) => !denied.includes(place)).map((place) => ({ place, survey: surveyCgroup(place) })),
    ...(layout.mode === "v2" && cgroupOwner(view.config) ? { delegatedFiles: readDelegatedFiles() } : {}),
    cgroupsDenied: denied.flatMap(({ controllers }) => controllers),
    homeOf: (uid) => userIn(view.rootfs, uid)?.home,
    fileSystemOf,
    mountPointOf,
    look: lookInContainer(view),
    tree: treeInContainer(view),
    lookOnHost: factOf,
  };
}

/** The kernel's own list; these three where it does not tell (config-linux.md, "Cgroup ownership"). */
function readDelegatedFiles(): string[] {
  const list = readProcFile("/sys/kernel/cgroup/delegate")?.split("\n").filter(Boolean);
  return list ?? ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"];
}

/** The part that does not depend on a container. */
export function gatherOwnFacts() {
  const status = readFileSync("/proc/self/status", "utf8");
  const mask = (field: string) => BigInt(`0x${status.split(`\n${field}:\t`)[1]?.split("\n", 1)[0] ?? "0"}`);
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
    apparmor: readProcFile("/sys/module/apparmor/parameters/enabled")?.startsWith("Y") ?? false,
    selinux: existsSync("/sys/fs/selinux/enforce"),
    ...standardStreams(),
  };
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
