/** Which mount a path of the host's is in, and of what file system. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type MountInfo, readMountinfo } from "../../1-kernel/mod.ts";

/** The longest mount point above the path; its own mount counts. */
export function mountPointOf(path: string): string {
  return mountOf(path)?.mountPoint ?? "/";
}

/** Type of the file system that is mounted there. */
export function fileSystemOf(path: string): string {
  return mountOf(path)?.fsType ?? "";
}

function mountOf(path: string): MountInfo | undefined {
  const real = realPathOf(path);
  const above = (readMountinfo("self") ?? []).filter(
    ({ mountPoint }) => mountPoint === "/" || `${real}/`.startsWith(`${mountPoint}/`),
  );
  // Of those at the same place, the last one lies on top.
  return above.reduce<MountInfo | undefined>(
    (best, mount) => (mount.mountPoint.length >= (best?.mountPoint.length ?? 0) ? mount : best),
    undefined,
  );
}

/** A path that does not exist is taken as it stands: whoever opens it tells, with the field it comes from. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
