/** AppArmor and SELinux: a label that takes effect at the next exec, written to the process's own attributes. */
import { GlassboxError } from "../../0-base/mod.ts";
import { close, type Op, openat, openat2, type ResolveFlag, result, write } from "../../1-kernel/mod.ts";
import type { Planning } from "./planning.ts";

const IN_PROC: ResolveFlag[] = ["RESOLVE_BENEATH", "RESOLVE_NO_MAGICLINKS", "RESOLVE_NO_XDEV"];

/**
 * `proc`: the result that holds the host's /proc, for a process that stands in the container already, whose own /proc
 * could lead the label elsewhere (CVE-2025-52881).
 * @throws GlassboxError not supported when a label is asked for that the kernel would not enforce
 */
export function planSecurityLabels({ config, facts }: Planning, proc?: string): Op[] {
  const { apparmorProfile, selinuxLabel } = config.process ?? {};
  const ops: Op[] = [];
  if (apparmorProfile) {
    if (!facts.apparmor)
      throw new GlassboxError(
        "not supported",
        `Cannot use AppArmor profile "${apparmorProfile}" (/process/apparmorProfile): apparmor is not enabled on this machine`,
      );
    ops.push(...planAttribute("self/attr/apparmor/exec", `exec ${apparmorProfile}`, "/process/apparmorProfile", proc));
  }
  if (selinuxLabel) {
    if (!facts.selinux)
      throw new GlassboxError(
        "not supported",
        `Cannot use SELinux label "${selinuxLabel}" (/process/selinuxLabel): selinux is not enabled on this machine`,
      );
    ops.push(...planAttribute("self/attr/exec", selinuxLabel, "/process/selinuxLabel", proc));
  }
  return ops;
}

/** What this process is to be labelled by, or what it makes, from here on. */
export function planAttribute(path: string, value: string, from: string, proc: string | undefined): Op[] {
  const about = { why: "Open where the label is written", from, result: "label" };
  return [
    proc === undefined
      ? openat({ directory: "AT_FDCWD", path: `/proc/${path}`, flags: ["O_WRONLY"] }, about)
      : openat2({ directory: result(proc), path, flags: ["O_WRONLY"], resolve: IN_PROC }, about),
    write({ fd: result("label"), data: value }, { why: `Write the label "${value}"`, from }),
    close({ fd: result("label") }, { why: "Done with it", from }),
  ];
}
