/** AppArmor and SELinux: a label that takes effect at the next exec, written to the process's own attributes. */
import { GlassboxError } from "../../0-base/mod.ts";
import { close, type Op, openat, result, write } from "../../1-kernel/mod.ts";
import type { Planning } from "./planning.ts";

/** @throws GlassboxError not supported when a label is asked for that the kernel would not enforce */
export function planSecurityLabels({ config, facts }: Planning): Op[] {
  const { apparmorProfile, selinuxLabel } = config.process ?? {};
  const ops: Op[] = [];
  if (apparmorProfile) {
    if (!facts.apparmor)
      throw new GlassboxError(
        "not supported",
        `Cannot use AppArmor profile "${apparmorProfile}" (/process/apparmorProfile): apparmor is not enabled on this machine`,
      );
    ops.push(...planAttribute("/proc/self/attr/apparmor/exec", `exec ${apparmorProfile}`, "/process/apparmorProfile"));
  }
  if (selinuxLabel) {
    if (!facts.selinux)
      throw new GlassboxError(
        "not supported",
        `Cannot use SELinux label "${selinuxLabel}" (/process/selinuxLabel): selinux is not enabled on this machine`,
      );
    ops.push(...planAttribute("/proc/self/attr/exec", selinuxLabel, "/process/selinuxLabel"));
  }
  return ops;
}

function planAttribute(path: string, value: string, from: string): Op[] {
  return [
    openat(
      { directory: "AT_FDCWD", path, flags: ["O_WRONLY"] },
      { why: "Open the label that the next program will get", from, result: "label" },
    ),
    write({ fd: result("label"), data: value }, { why: `Confine the program as "${value}"`, from }),
    close({ fd: result("label") }, { why: "Done with it", from }),
  ];
}
