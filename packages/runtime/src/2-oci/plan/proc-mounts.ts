/**
 * What may be mounted over /proc. Masks, read-only paths and the container's programs all count on a real /proc there; a
 * volume in its place could answer for the kernel (CVE-2019-16884, CVE-2023-27561). As runc's checkProcMount.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import type { Mount } from "../spec/config.ts";
import { relative } from "./paths.ts";
import type { Planning } from "./planning.ts";

/** Files that lxcfs and the like replace, to show a container its own limits. */
const REPLACEABLE: ReadonlySet<string> = new Set([
  "proc/cpuinfo",
  "proc/diskstats",
  "proc/loadavg",
  "proc/meminfo",
  "proc/net/dev",
  "proc/slabinfo",
  "proc/stat",
  "proc/swaps",
  "proc/sys/crypto/fips_enabled",
  "proc/sys/kernel/ns_last_pid",
  "proc/uptime",
]);

/**
 * `source`: what a bind mount shows, as a path of the host.
 * @throws GlassboxError invalid argument for a mount on /proc or inside it that is none of the above
 */
export function refuseOverProc(planning: Planning, entry: Mount, index: number, source: string | undefined): void {
  const at = relative(entry.destination);
  const from = `(/mounts/${index}/destination)`;
  if (at === "proc") {
    if (source === undefined || planning.facts.fileSystemOf(source) === "proc") return;
    throw new GlassboxError(
      "invalid argument",
      `Cannot mount "${source}" ${from}: "/proc" cannot be mounted because it is not of type proc`,
    );
  }
  if (!at.startsWith("proc/") || REPLACEABLE.has(at)) return;
  throw new GlassboxError(
    "invalid argument",
    `Cannot mount "${source ?? entry.type}" ${from}: "/${at}" cannot be mounted because it is inside /proc`,
  );
}
