/** Fields that this runtime does not carry out. Each is refused or warned of here, so that none is passed over in silence. */
import { GlassboxError } from "../../0-base/mod.ts";
import type { Planning } from "./planning.ts";

/** Of runtime-spec 1.3, which this runtime does not speak yet. */
const OF_LATER_VERSIONS = ["netDevices", "memoryPolicy"] as const;

/** @throws GlassboxError not supported for a limit or a label that would otherwise be missing where somebody counts on it */
export function refuseNotDone(planning: Planning): void {
  const { linux = {} } = planning.config;
  if (linux.mountLabel && !planning.facts.selinux) {
    throw new GlassboxError(
      "not supported",
      `Cannot use SELinux label "${linux.mountLabel}" (/linux/mountLabel): selinux is not enabled on this machine`,
    );
  }
  for (const field of OF_LATER_VERSIONS) {
    if (field in linux) planning.warn(`/linux/${field} has no effect: it is a field of a later version than 1.2`);
  }
}
