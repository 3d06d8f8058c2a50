/**
 * The container's cgroups: make them and write the limits before there is a process, then place the process before it
 * does anything, so that not one call of the container goes unlimited.
 *
 * On v2 it is born in its place. On v1 it moves itself, by `0` in `tasks`: the kernel can move a lone thread that asks
 * for it at once. Another process, moved by its pid in `cgroup.procs`, might fork or exec meanwhile, so first the kernel
 * waits until all processors have been through a quiet moment, 5 to 15 ms: as long as all the rest of a container takes.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import {
  bpfProgAttach,
  bpfProgLoad,
  type CgroupLimits,
  type CgroupStep,
  cgroupSteps,
  close,
  type Descriptor,
  deviceProgram,
  encodeEbpf,
  mkdirat,
  type Op,
  openat,
  result,
  unmetLimits,
  withheldController,
  write,
} from "../../1-kernel/mod.ts";
import { planCgroupOwner } from "./cgroup-owner.ts";
import type { Planning } from "./planning.ts";

export interface CgroupPlan {
  /** Before the first process is made. */
  before: Op[];
  /** v2: the cgroup it is born into. */
  bornInto?: Descriptor;
  /** v1: the first thing it does. */
  inside: Op[];
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
      `cannot set ${missing} limit: container could not join or create cgroup: this machine has no ${missing} controller (${unmet.pointers[0]})`,
      {
        hint: `Take the limit out of /linux/resources, or mount the ${missing} controller`,
      },
    );
  }
  for (const { place, survey } of cgroups) {
    const withheld = withheldController(place, survey, limits);
    if (!withheld) continue;
    const { controller, by } = withheld;
    throw new GlassboxError(
      "permission denied",
      `cannot set ${controller} limit: container could not join or create cgroup: "${by}" does not pass the ${controller} controller on, and that is not for this user to change (/linux/resources)`,
      {
        hint: `Have it handed over: with systemd, Delegate= in user@.service names controllers (man 5 systemd.resource-control)`,
      },
    );
  }
  const before: Op[] = [];
  const inside: Op[] = [];
  for (const { place, survey } of cgroups) {
    const steps = cgroupSteps(place, survey, limits).filter(
      (step) => step.kind === "make" || !step.file.startsWith("devices.") || mayRuleDevices(standing),
    );
    before.push(...planSteps(planning, steps));
    const from = "/linux/cgroupsPath";
    if (place.version === 2) {
      before.push(
        openat(
          { directory: "AT_FDCWD", path: place.directory, flags: ["O_PATH", "O_DIRECTORY"] },
          { why: "Hold the container's cgroup, for its first process to be born into", from, result: "cgroup" },
        ),
        ...(mayRuleDevices(standing) ? attachDeviceRules(limits) : []),
        ...planCgroupOwner(planning),
      );
      return { before, bornInto: result("cgroup"), inside };
    }
    const tree = place.controllers.join(",");
    const fd = planning.name(`tasks ${tree}`);
    before.push(
      openat(
        { directory: "AT_FDCWD", path: `${place.directory}/tasks`, flags: ["O_WRONLY"] },
        {
          why: `Open the list of threads of its ${tree} group, for its first process to enter itself`,
          from,
          result: fd,
        },
      ),
    );
    inside.push(
      write(
        { fd: result(fd), data: "0" },
        { why: `Move itself into its ${tree} group; its children will be there too`, from },
      ),
    );
  }
  return { before, inside };
}

/** Makes directories and writes files; one that gets several lines in a row, as a list of devices does, is opened once. */
function planSteps(planning: Planning, steps: readonly CgroupStep[]): Op[] {
  const ops: Op[] = [];
  let fd = "";
  for (const [index, step] of steps.entries()) {
    const { from, why } = step;
    if (step.kind === "make") {
      const path = step.directory;
      ops.push(mkdirat({ directory: "AT_FDCWD", path, mode: 0o755 }, { why, from, allow: ["EEXIST"] }));
      continue;
    }
    const { allow } = step;
    const path = pathOf(step);
    if (path !== pathOf(steps[index - 1])) {
      fd = planning.name(step.file);
      const about = { why: `Open ${step.file}`, from, allow, result: fd };
      ops.push(openat({ directory: "AT_FDCWD", path, flags: ["O_WRONLY"] }, about));
    }
    // A value that a kernel refuses is an error; a file it does not have was allowed above, and then so is this.
    ops.push(write({ fd: result(fd), data: step.value }, { why, from, allow: allow && [...allow, "EBADF"] }));
    if (path === pathOf(steps[index + 1])) continue;
    ops.push(close({ fd: result(fd) }, { why: "Done with it", from, allow: allow && ["EBADF"] }));
  }
  return ops;
}

function pathOf(step: CgroupStep | undefined): string {
  return step?.kind === "write" ? `${step.directory}/${step.file}` : "";
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
