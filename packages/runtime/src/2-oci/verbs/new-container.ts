/** What has to hold before a container is made, and what is written down of it first. */
import { GlassboxError } from "../../0-base/mod.ts";
import { freezerState, processesIn } from "../../1-kernel/mod.ts";
import { userIn } from "../facts/accounts.ts";
import { resctrlPlace } from "../plan/intel-rdt.ts";
import type { MachineFacts } from "../plan/planning.ts";
import type { Bundle } from "../spec/bundle.ts";
import type { StoredState } from "../state/container-state.ts";
import { identify } from "../state/process-identity.ts";

/** Of a container that is about to be made, by this process. */
export function newState(
  id: string,
  bundle: Bundle,
  { cgroups, resctrl }: Pick<MachineFacts, "cgroups" | "resctrl">,
): StoredState {
  const { intelRdt } = bundle.config.linux ?? {};
  const uid = process.getuid?.() ?? 0;
  return {
    id,
    bundle: bundle.path,
    rootfs: bundle.rootfs,
    created: new Date().toISOString(),
    owner: userIn("/", uid)?.name ?? String(uid),
    annotations: bundle.config.annotations ?? {},
    cgroups: cgroups.map(({ place }) => place),
    ...(intelRdt && resctrl ? { resctrl: resctrlPlace(intelRdt, resctrl, id) } : {}),
    maker: identify(process.pid) ?? { pid: process.pid, startTime: 0 },
  };
}

/**
 * Killing a container is killing all that is in its cgroup, so it has to be there alone: with others in it, as in the
 * root, they would end with it. runc since 1.2 refuses in the same words.
 */
export function checkUnused(cgroups: MachineFacts["cgroups"], holder?: number): void {
  for (const { place, survey } of cgroups) {
    // In one that is still to be made there is nobody.
    if (survey.make.length > 0) continue;
    const others = processesIn(place.directory).filter((pid) => pid !== holder);
    if (others.length === 0) continue;
    throw new GlassboxError(
      "failed precondition",
      `container's cgroup is not empty: ${others.length} process(es) found in "${place.directory}"`,
      { hint: "Give each container a /linux/cgroupsPath of its own, or none" },
    );
  }
  if (freezerState(cgroups.map(({ place }) => place)) === "frozen")
    throw new GlassboxError("failed precondition", "container's cgroup unexpectedly frozen");
}
