/**
 * Mounts of a container that criu cannot put into an image: what shows something of the host's, as bind mounts and /dev/null
 * over masked files do, and the devpts that has the container's terminal, whose other side is held outside. criu has to be
 * told of each when it writes an image, and where it comes from when it reads one.
 */
import { basename, normalize, resolve } from "node:path";
import type { CgroupDirectory, MountInfo } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";

/** criu makes these anew by itself, also when the container shares the host's. */
const MADE_ANEW = ["proc", "sysfs", "mqueue", "cgroup", "cgroup2", "devpts"];

/** Pure: mount points in the container of what comes from outside. Its root is not one of them. */
export function outsideMounts(container: readonly MountInfo[], host: readonly MountInfo[], config: Config): string[] {
  const hosts = new Set(host.map(({ device }) => device));
  const shown = [
    ...(sharesCgroups(config) ? ["cgroup", "cgroup2"] : []),
    ...(config.process?.terminal ? ["devpts"] : []),
  ];
  return container
    .filter(
      ({ mountPoint, device, fsType }) =>
        mountPoint !== "/" && (shown.includes(fsType) || (hosts.has(device) && !MADE_ANEW.includes(fsType))),
    )
    .map(({ mountPoint }) => mountPoint);
}

/**
 * Pure: for each such mount that a configuration makes, where it comes from.
 * @param cgroups the container's, as it will have them
 * @param devpts where the file system is mounted that has its new terminal, if it is to have one
 */
export function outsideSources(
  config: Config,
  bundle: string,
  cgroups: readonly CgroupDirectory[] = [],
  devpts?: string,
): Record<string, string> {
  const masked = (config.linux?.maskedPaths ?? []).map((path) => [normalize(path), "/dev/null"] as const);
  const mounts = (config.mounts ?? []).map((each) => ({
    ...each,
    destination: normalize(each.destination).replace(/(.)\/$/, "$1"),
  }));
  const bound = mounts
    .filter(({ type, options = [] }) => type === "bind" || options.includes("bind") || options.includes("rbind"))
    .map(({ destination, source = "" }) => [destination, resolve(bundle, source)] as const);
  const groups = sharesCgroups(config)
    ? mounts
        .filter(({ type }) => type === "cgroup" || type === "cgroup2")
        .flatMap(({ destination }) => cgroups.map((place) => [placeIn(destination, place), place.directory] as const))
    : [];
  const terminal =
    devpts === undefined
      ? []
      : [["/dev/pts", devpts] as const, ["/dev/console", `${devpts}/${TERMINAL_INDEX}`] as const];
  return Object.fromEntries([...masked, ...terminal, ...groups, ...bound]);
}

/** A container's terminal is the first of its devpts. */
const TERMINAL_INDEX = 0;
/** Major number of the side of a terminal that programs use (the kernel's devices.txt). */
const TERMINAL_MAJOR = 136;

/** Pure: what criu calls the terminal of a container with these mounts, when the other side of it is held outside. */
export function outsideTerminal(container: readonly MountInfo[]): string | undefined {
  const devpts = container.find(({ mountPoint, fsType }) => mountPoint === "/dev/pts" && fsType === "devpts");
  const [major = 0, minor = 0] = devpts?.device.split(":").map(Number) ?? [];
  return devpts && `tty[${deviceNumber(TERMINAL_MAJOR, TERMINAL_INDEX)}:${deviceNumber(major, minor)}]`;
}

/** As stat(2) gives it, in hexadecimal (man 3 makedev, for majors below 4096). */
function deviceNumber(major: number, minor: number): string {
  return (((minor & ~0xff) << 12) | (major << 8) | (minor & 0xff)).toString(16);
}

/** Without a cgroup namespace its own groups are bound from the host's trees, as `plan/cgroup-mount.ts` says. */
function sharesCgroups({ linux }: Config): boolean {
  return !linux?.namespaces?.some(({ type }) => type === "cgroup");
}

function placeIn(destination: string, { version, mountPoint }: CgroupDirectory): string {
  return version === 2 ? destination : `${destination}/${basename(mountPoint)}`;
}
