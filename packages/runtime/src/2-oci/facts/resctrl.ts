/** Where the resctrl file system is mounted, and what the group has that a container is to be in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type MountInfo, readMountinfo } from "../../1-kernel/mod.ts";
import type { ResctrlFacts } from "../plan/planning.ts";
import type { IntelRdt } from "../spec/config.ts";

/** @returns undefined where it is not mounted */
export function findResctrl(
  wanted: IntelRdt,
  id: string,
  mounts: readonly MountInfo[] = readMountinfo("self") ?? [],
): ResctrlFacts | undefined {
  const found = mounts.find(({ fsType }) => fsType === "resctrl");
  if (!found) return undefined;
  const group = join(found.mountPoint, wanted.closID ?? id);
  return { group, schemata: readSchemata(group) };
}

function readSchemata(group: string): string | undefined {
  try {
    return readFileSync(join(group, "schemata"), "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}
