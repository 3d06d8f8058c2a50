/**
 * The system call filter. Installing one needs CAP_SYS_ADMIN, unless no_new_privs is set: so without it the filter comes
 * before capabilities are dropped and must let the calls in between through, and with it as the last thing of all.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { type ConstantsOf, compileSeccomp, encodeInstructions, type Op, SECCOMP, seccomp } from "../../1-kernel/mod.ts";
import type { Planning } from "./planning.ts";

export function planSeccomp(planning: Planning): Op[] {
  const profile = planning.config.linux?.seccomp;
  if (!profile) return [];
  const filter = compileSeccomp(profile, planning.facts.architecture);
  if (filter.notifies) {
    throw new GlassboxError(
      "not supported",
      'Cannot use seccomp action "SCMP_ACT_NOTIFY": there is no seccomp agent to notify',
    );
  }
  const flags = (Object.keys(SECCOMP) as Array<keyof typeof SECCOMP>).filter(
    (name): name is ConstantsOf<"SECCOMP_FILTER_FLAG_"> =>
      name.startsWith("SECCOMP_FILTER_FLAG_") && (filter.flags & SECCOMP[name]) !== 0,
  );
  return [
    seccomp(
      { filter: encodeInstructions(filter.instructions), flags },
      { why: "Have the kernel ask this filter before every system call from here on", from: "/linux/seccomp" },
    ),
  ];
}
