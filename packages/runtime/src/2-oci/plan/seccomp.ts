/**
 * The system call filter. Installing one needs CAP_SYS_ADMIN, unless no_new_privs is set: so without it the filter comes
 * before capabilities are dropped and must let the calls in between through, and with it as the last thing of all. With
 * an agent that answers calls it comes while the runtime is still there to hand the listener over.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { type ConstantsOf, type Op, SECCOMP, seccomp } from "../../1-kernel/mod.ts";
import type { Planning } from "./planning.ts";
import { planOfferListener } from "./seccomp-agent.ts";

/** One of the three has the filter, the others are empty. */
export interface FilterPlaces {
  beforeCapabilities: Op[];
  beforeStart: Op[];
  last: Op[];
}

export function planSeccomp(planning: Planning): FilterPlaces {
  const places: FilterPlaces = { beforeCapabilities: [], beforeStart: [], last: [] };
  if (!planning.config.linux?.seccomp) return places;
  const program = planning.seccompProgram;
  // Never without the filter that was asked for.
  if (!program) throw new GlassboxError("internal", "Cannot plan /linux/seccomp: nobody has compiled it");
  const flags = (Object.keys(SECCOMP) as Array<keyof typeof SECCOMP>).filter(
    (name): name is ConstantsOf<"SECCOMP_FILTER_FLAG_"> =>
      name.startsWith("SECCOMP_FILTER_FLAG_") && (program.flags & SECCOMP[name]) !== 0,
  );
  const ops = [
    seccomp(
      { filter: program.filter, flags },
      {
        why: "Have the kernel ask this filter before every system call from here on",
        from: "/linux/seccomp",
        ...(program.notifies ? { result: "notifications" } : {}),
      },
    ),
    ...(program.notifies ? planOfferListener("notifications") : []),
  ];
  if (!planning.config.process?.noNewPrivileges) places.beforeCapabilities = ops;
  else if (program.notifies) places.beforeStart = ops;
  else places.last = ops;
  return places;
}
