/**
 * Mounts of a container that show something of the host's: bind mounts, and /dev/null over masked files. criu cannot put
 * those into an image; it has to be told of each when it writes one, and where it comes from when it reads one.
 */
import { normalize, resolve } from "node:path";
import type { MountInfo } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";

/** criu makes these anew by itself, also when the container shares the host's. */
const MADE_ANEW = ["proc", "sysfs", "mqueue", "cgroup", "cgroup2", "devpts"];

/** Pure: mount points in the container whose file system is also mounted on the host. Its root is not one of them. */
export function outsideMounts(container: readonly MountInfo[], host: readonly MountInfo[]): string[] {
  const hosts = new Set(host.map(({ device }) => device));
  return container
    .filter(({ mountPoint, device, fsType }) => mountPoint !== "/" && hosts.has(device) && !MADE_ANEW.includes(fsType))
    .map(({ mountPoint }) => mountPoint);
}

/** Pure: for each such mount that a configuration makes, where it comes from. */
export function outsideSources(config: Config, bundle: string): Record<string, string> {
  const masked = (config.linux?.maskedPaths ?? []).map((path) => [normalize(path), "/dev/null"] as const);
  const bound = (config.mounts ?? [])
    .filter(({ type, options = [] }) => type === "bind" || options.includes("bind") || options.includes("rbind"))
    .map(
      ({ destination, source = "" }) =>
        [normalize(destination).replace(/(.)\/$/, "$1"), resolve(bundle, source)] as const,
    );
  return Object.fromEntries([...masked, ...bound]);
}
