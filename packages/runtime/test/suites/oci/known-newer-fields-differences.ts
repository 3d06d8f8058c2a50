/**
 * The part of `known-differences.ts` on fields that came with runtime-spec 1.1 and 1.2, which Debian's runc 1.1.5 and crun
 * 1.8.1 mostly do not know yet; and on limits that neither kernel nor runtime can keep.
 */
import type { KnownDifference } from "./rig/known-difference.ts";
import type { RuntimeName } from "./rig/runtime.ts";

/** One reason for several rules of a feature. */
function each(runtime: RuntimeName, feature: string, reason: string, rules: string[]): KnownDifference[] {
  return rules.map((rule) => ({ runtime, feature, rule, reason }));
}

const scheduling = [
  "scheduler sets policy and nice value",
  "a scheduler flag reaches the kernel",
  "an unknown policy is refused",
  "a deadline longer than its period is refused",
  "ioPriority sets IOPRIO_CLASS_BE",
  "ioPriority sets IOPRIO_CLASS_IDLE",
  "an ioPriority without a known class is refused",
  "execCPUAffinity.final is where exec's process runs, and not the container's first",
  "execCPUAffinity that is no list of CPUs is refused by exec",
];
const takenBack = [
  '"rsuid" takes "rnosuid" back',
  '"rdev" takes "rnodev" back',
  '"rexec" takes "rnoexec" back',
  '"rrw" takes "rro" back',
];
const accessTimesTakenBack = [
  '"ratime" takes "rnoatime" back',
  '"rrelatime" takes "rnoatime" back',
  '"rdiratime" takes "rnodiratime" back',
];
const order = "clears first and then sets, whatever the order of the words";

export const newerFieldsDifferences: readonly KnownDifference[] = [
  ...each("runc", "scheduling", "1.1 does not know the field", scheduling),
  ...each("crun", "scheduling", "1.8.1 does not know the field", scheduling),
  ...each("runc", "mounts-recursive", order, [...takenBack, ...accessTimesTakenBack]),
  ...each("crun", "mounts-recursive", order, takenBack),
  ...each("crun", "mounts-recursive", "1.8.1 hands mount_setattr bits that it refuses", [
    ...accessTimesTakenBack,
    '"rnoatime" reaches the mounts below a bind',
    '"rnodiratime" reaches the mounts below a bind',
    '"rstrictatime" reaches the mounts below a bind',
  ]),
  ...each("crun", "mounts-recursive", "1.8.1 takes it and does nothing", [
    '"rnosymfollow" reaches the mounts below a bind',
  ]),
  ...each("runc", "mounts-id-mapped", "1.1 does not know maps of a mount", [
    "a mount's own maps say whose its files are",
    "what the mapped user writes is written as the file system has it",
    "a mapped mount may be read-only",
    '"idmap" leaves the mounts below',
    '"ridmap" maps the mounts below',
    "idmap without maps takes those of the container",
    "two mounts may have maps of their own",
    "one map without the other is refused",
    "idmap without any maps is refused",
    "a mount that is no bind cannot be mapped",
    "a file system that cannot be mapped is an error",
  ]),
  ...each("crun", "mounts-id-mapped", "1.8.1 maps the whole tree", ['"idmap" leaves the mounts below']),
  ...each("runc", "rlimits", "Go raises the soft limit of the runtime, and 1.1 does not take that back", [
    "without rlimits the program has its caller's soft limit of open files",
    "exec without rlimits has its caller's soft limit of open files",
  ]),
  ...each("crun", "devices", "makes it under the rules, which forbid it", [
    "a device that the rules forbid to make is there all the same",
  ]),
  ...each("crun", "cgroups", "refuses it, and leaves the cgroups it made", [
    "hugepageLimits on a machine without hugetlb is refused",
    "network on a machine without net_cls is refused",
  ]),
  ...each("crun", "cgroups", "1.8.1 leaves the limit out", ["rdma on a machine without rdma is refused"]),
  ...each("runc", "process", "1.1 does not know the field", ["a personality flag is refused"]),
  ...each("crun", "process", "1.8.1 leaves it out", [
    "a personality flag is refused",
    "mountLabel on a kernel without that module is refused",
    "intelRdt on a machine without resctrl is refused",
  ]),
];
