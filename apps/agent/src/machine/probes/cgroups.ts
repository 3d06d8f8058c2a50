/** Which cgroups there are, whether the controllers the labs use are among them, and whether we may make our own. */
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { type CgroupLayout, readCgroupLayout } from "@glassbox/runtime/kernel";
import type { Finding, Probe } from "../probe.ts";

/** What the labs limit and what the observer counts with. */
const wanted = ["memory", "pids", "cpu"];

export const cgroups: Probe = {
  id: "cgroups",
  title: "cgroups",
  needed: true,
  look: async () => judgeCgroups(readCgroupLayout(), isWritable),
};

export function judgeCgroups(layout: CgroupLayout, writable: (directory: string) => boolean): Finding {
  if (layout.mode === "none") {
    return {
      status: "no",
      detail: "no cgroup file system is mounted",
      hint: "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
    };
  }
  const detail = [1, 2]
    .map((version) => describe(layout, version))
    .filter(Boolean)
    .join("; ");
  const usable = layout.hierarchies.filter(({ mountPoint, ownPath }) => writable(path.join(mountPoint, ownPath)));
  const missing = wanted.filter((name) => !usable.some(({ controllers }) => controllers.includes(name)));
  const described = `${layout.mode}: ${detail}`;
  if (missing.length === 0) return { status: "yes", detail: described };
  return {
    status: usable.length > 0 ? "limited" : "no",
    detail: `${described}; not usable: ${missing.join(", ")}`,
    hint: "The labs on limits need them: npm start -- --vm has all",
  };
}

function describe(layout: CgroupLayout, version: number): string {
  const names = layout.hierarchies
    .filter((hierarchy) => hierarchy.version === version)
    .flatMap(({ controllers }) => controllers)
    .filter((name) => !name.startsWith("name="));
  return names.length === 0 ? "" : `v${version} has ${names.sort().join(" ")}`;
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
