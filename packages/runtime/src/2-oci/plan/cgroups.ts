/**
 * The container's cgroups: make them and write the limits before there is a process, then place the process before it
 * does anything, so that not one call of the container goes unlimited.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import {
  bpfProgAttach,
  bpfProgLoad,
  type CgroupLimits,
  cgroupSteps,
  close,
  type Descriptor,
  deviceProgram,
  encodeEbpf,
  mkdirat,
  type Op,
  openat,
  result,
  template,
  unmetLimits,
  write,
} from "../../1-kernel/mod.ts";
import type { Planning } from "./planning.ts";

export interface CgroupPlan {
  /** Before the first process is made. */
  before: Op[];
  /** v2: the cgroup it is born into. */
  bornInto?: Descriptor;
  /** v1: after it is made. */
  after: Op[];
}

/** @throws GlassboxError not supported when a limit is asked for that this machine has no controller for */
export function planCgroups(planning: Planning): CgroupPlan {
  const limits = planning.config.linux?.resources ?? {};
  const { cgroups, standing } = planning.facts;
  const unmet = unmetLimits(
    cgroups.map(({ place }) => place),
    limits,
  );
  for (const warning of unmet.warnings) planning.warn(warning);
  const [missing] = unmet.missing;
  if (missing && planning.facts.cgroupsDenied.includes(missing)) {
    throw new GlassboxError(
      "permission denied",
      `cannot set ${missing} limit: container could not join or create cgroup: user ${standing.uid} may make none in the ${missing} tree`,
      { hint: "Without root, limits need a cgroup that has been handed over to the user (delegation, man 7 cgroups)" },
    );
  }
  if (missing) {
    throw new GlassboxError(
      "not supported",
      `cannot set ${missing} limit: container could not join or create cgroup: this machine has no ${missing} controller`,
      {
        hint: `Take the limit out of /linux/resources, or mount the ${missing} controller`,
      },
    );
  }
  const before: Op[] = [];
  const after: Op[] = [];
  for (const { place, survey } of cgroups) {
    for (const step of cgroupSteps(place, survey, limits)) {
      if (step.kind === "make") {
        before.push(
          mkdirat(
            { directory: "AT_FDCWD", path: step.directory, mode: 0o755 },
            { why: step.why, from: step.from, allow: ["EEXIST"] },
          ),
        );
        continue;
      }
      if (step.file.startsWith("devices.") && !mayRuleDevices(standing)) continue;
      const fd = planning.name(step.file);
      const { from, allow } = step;
      before.push(
        openat(
          { directory: "AT_FDCWD", path: `${step.directory}/${step.file}`, flags: ["O_WRONLY"] },
          { why: `Open ${step.file}`, from, allow, result: fd },
        ),
        // A value that a kernel refuses is an error; a file it does not have was allowed above, and then so is this.
        write({ fd: result(fd), data: step.value }, { why: step.why, from, allow: allow && [...allow, "EBADF"] }),
        close({ fd: result(fd) }, { why: "Done with it", from, allow: allow && ["EBADF"] }),
      );
    }
    const from = "/linux/cgroupsPath";
    if (place.version === 2) {
      before.push(
        openat(
          { directory: "AT_FDCWD", path: place.directory, flags: ["O_PATH", "O_DIRECTORY"] },
          { why: "Hold the container's cgroup, for its first process to be born into", from, result: "cgroup" },
        ),
        ...(mayRuleDevices(standing) ? attachDeviceRules(limits) : []),
      );
      return { before, bornInto: result("cgroup"), after };
    }
    const tree = place.controllers.join(",");
    const fd = planning.name(`procs ${tree}`);
    before.push(
      openat(
        { directory: "AT_FDCWD", path: `${place.directory}/cgroup.procs`, flags: ["O_WRONLY"] },
        { why: `Open the list of processes of its ${tree} group`, from, result: fd },
      ),
    );
    after.push(
      write(
        { fd: result(fd), data: template("{init}") },
        { why: `Put the container's first process into its ${tree} group; its children will be there too`, from },
      ),
      close({ fd: result(fd) }, { why: "Done with it", from }),
    );
  }
  return { before, after };
}

/** Only the machine's root may; and without them nobody in a user namespace can make a device either. */
function mayRuleDevices({ uid, inUserNamespace }: Planning["facts"]["standing"]): boolean {
  return uid === 0 && !inUserNamespace;
}

/** v2 has no files for device rules: a program is asked. It goes with the cgroup, so nobody has to take it away. */
function attachDeviceRules({ devices }: CgroupLimits): Op[] {
  const from = "/linux/resources/devices";
  return [
    bpfProgLoad(
      { type: "BPF_PROG_TYPE_CGROUP_DEVICE", program: encodeEbpf(deviceProgram(devices)) },
      { why: "Have the kernel check the program that decides which devices may be used", from, result: "device_rules" },
    ),
    bpfProgAttach(
      {
        cgroup: result("cgroup"),
        program: result("device_rules"),
        type: "BPF_CGROUP_DEVICE",
        flags: ["BPF_F_ALLOW_MULTI"],
      },
      { why: "Ask it, beside those of the groups above, whenever the container opens or makes a device", from },
    ),
    close({ fd: result("device_rules") }, { why: "The cgroup keeps the program", from }),
  ];
}
