/**
 * /dev: the six devices every program expects, those of the config, and the symlinks (runtime-spec config-linux,
 * "Default Devices"). In a user namespace nobody may make device nodes, so the host's are bound instead.
 */
import { basename, dirname } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import {
  fchmodat,
  fchownat,
  mayMakeOnV1,
  mknodat,
  mount,
  type Op,
  openat,
  result,
  symlinkat,
  unlinkat,
} from "../../1-kernel/mod.ts";
import type { Device } from "../spec/config.ts";
import { parseMountOptions } from "./mount-options.ts";
import { fdPath, openDirectory, openMountPointFile, relative } from "./paths.ts";
import { namespaceOf, type Planning } from "./planning.ts";

const DEFAULT_DEVICES: ReadonlyArray<Device & { purpose: string }> = [
  { path: "/dev/null", type: "c", major: 1, minor: 3, purpose: "swallows everything" },
  { path: "/dev/zero", type: "c", major: 1, minor: 5, purpose: "reads as zeros without end" },
  { path: "/dev/full", type: "c", major: 1, minor: 7, purpose: "is a disk that is always full" },
  { path: "/dev/random", type: "c", major: 1, minor: 8, purpose: "gives random bytes" },
  { path: "/dev/urandom", type: "c", major: 1, minor: 9, purpose: "gives random bytes" },
  { path: "/dev/tty", type: "c", major: 5, minor: 0, purpose: "is the terminal of whoever opens it" },
];

const LINKS = [
  { name: "fd", target: "/proc/self/fd", purpose: "a process's own open files" },
  { name: "stdin", target: "/proc/self/fd/0", purpose: "its standard input" },
  { name: "stdout", target: "/proc/self/fd/1", purpose: "its standard output" },
  { name: "stderr", target: "/proc/self/fd/2", purpose: "its standard error" },
] as const;

const FROM_DEFAULT = "/linux/devices";

export function planDevices(planning: Planning): Op[] {
  if (!namespaceOf(planning, "mount") || isBoundFromHost(planning)) return [];
  const configured = planning.config.linux?.devices ?? [];
  const defaults = DEFAULT_DEVICES.filter(({ path }) => !configured.some((device) => device.path === path));
  const directories = new Map<string, string>();
  const mayMake = makable(planning);
  const ops: Op[] = [];
  const directoryOf = (path: string, from: string) => {
    const directory = dirname(`/${relative(path)}`);
    const known = directories.get(directory);
    if (known) return known;
    const opened = openDirectory(planning, directory, {
      why: `Open "${directory}", where device nodes go`,
      from,
      // A /dev that is a link of the image's may lead into a volume, where what follows would change the host's files.
      plain: directory === "/dev",
    });
    ops.push(...opened.ops);
    directories.set(directory, opened.fd);
    return opened.fd;
  };
  for (const device of defaults) {
    const fd = directoryOf(device.path, FROM_DEFAULT);
    const where = { directory: fd, from: FROM_DEFAULT, purpose: device.purpose, mayMake };
    ops.push(...planNode(planning, device, where));
  }
  for (const [index, device] of configured.entries()) {
    const from = `/linux/devices/${index}`;
    ops.push(
      ...planNode(planning, device, {
        directory: directoryOf(device.path, from),
        from,
        purpose: "is asked for by the config",
        mayMake,
      }),
    );
  }
  const dev = directoryOf("/dev/null", FROM_DEFAULT);
  return [...ops, ...planLinks(dev)];
}

/** With the host's /dev bound in, there is nothing to make, and making it would change the host. */
export function isBoundFromHost(planning: Planning): boolean {
  return (planning.config.mounts ?? []).some(
    (entry) =>
      relative(entry.destination) === "dev" &&
      (entry.type === "bind" || parseMountOptions(entry.options ?? []).bind !== undefined),
  );
}

function planNode(
  planning: Planning,
  device: Device,
  where: { directory: string; from: string; purpose: string; mayMake: (device: Device) => boolean },
): Op[] {
  const { path } = device;
  const name = basename(path);
  const directory = result(where.directory);
  if (namespaceOf(planning, "user") || planning.facts.standing.inUserNamespace)
    return planBoundNode(
      planning,
      device,
      where.from,
      "A user namespace may not make device nodes: show the host's own",
    );
  if (!where.mayMake(device))
    return planBoundNode(planning, device, where.from, "The rules forbid to make this node: show the host's own");
  refuseOther(planning, device, where.from);
  const mode = (device.fileMode ?? 0o666) & 0o7777;
  const uid = device.uid ?? 0;
  const gid = device.gid ?? 0;
  const type = device.type === "b" ? "S_IFBLK" : device.type === "p" ? "S_IFIFO" : "S_IFCHR";
  const number = device.type === "p" ? {} : { device: { major: device.major ?? 0, minor: device.minor ?? 0 } };
  const make = mknodat(
    { directory, path: name, type, mode, ...number },
    { why: `Make ${path}: it ${where.purpose}`, from: where.from, allow: ["EEXIST"] },
  );
  const owner =
    uid === 0 && gid === 0
      ? []
      : [
          fchownat(
            { directory, path: name, uid, gid, flags: ["AT_SYMLINK_NOFOLLOW"] },
            { why: `Give ${path} its owner`, from: where.from },
          ),
        ];
  // chown clears set-user-id bits, and a mode that came out of an existing node may differ.
  const bits =
    owner.length > 0 && mode > 0o777
      ? planMode(planning, device, { directory: where.directory, mode, from: where.from })
      : [];
  return [make, ...owner, ...bits];
}

function planMode(
  planning: Planning,
  { path }: Device,
  { directory, mode, from }: { directory: string; mode: number; from: string },
): Op[] {
  const node = planning.name(`node ${path}`);
  return [
    openat(
      { directory: result(directory), path: basename(path), flags: ["O_PATH", "O_NOFOLLOW"] },
      { why: `Open ${path} itself, should a link have taken its place`, from, result: node },
    ),
    fchmodat({ directory: "AT_FDCWD", path: fdPath(node), mode }, { why: `Give ${path} its mode`, from }),
  ];
}

/** What is there already must be that device (runtime-spec config-linux, "Devices"). */
function refuseOther(planning: Planning, device: Device, from: string): void {
  const there = planning.facts.look(device.path);
  const type = device.type === "u" ? "c" : device.type;
  const wanted = type === "p" ? "p" : `${type} ${device.major ?? 0}:${device.minor ?? 0}`;
  if (there.kind === "missing" || there.kind === "unknown" || there.device === wanted) return;
  throw new GlassboxError(
    "failed precondition",
    `Cannot make device "${device.path}" (${from}): a ${there.device ? `device ${there.device}` : there.kind} is there already, and it must be ${wanted}`,
  );
}

/** The process that makes the nodes is under the rules already. v2's program allows to make what v1's list does, or more. */
function makable({ config, facts }: Planning): (device: Device) => boolean {
  if (!facts.cgroups.some(({ place }) => place.version === 2 || place.controllers.includes("devices")))
    return () => true;
  const allowed = mayMakeOnV1(config.linux?.resources?.devices);
  return ({ type, major = 0, minor = 0 }) => type === "p" || allowed({ type: type === "u" ? "c" : type, major, minor });
}

function planBoundNode(planning: Planning, device: Device, from: string, why: string): Op[] {
  const target = openMountPointFile(planning, device.path, { why: `Open "${device.path}" to mount on it`, from });
  const bind = mount({ source: device.path, target: fdPath(target.fd), flags: ["MS_BIND"] }, { why, from });
  return [...target.ops, bind];
}

function planLinks(dev: string): Op[] {
  const directory = result(dev);
  return [
    ...LINKS.map(({ name, target, purpose }) =>
      symlinkat(
        { target, directory, path: name },
        { why: `Let /dev/${name} mean ${purpose}`, from: FROM_DEFAULT, allow: ["EEXIST"] },
      ),
    ),
    unlinkat(
      { directory, path: "ptmx", flags: [] },
      {
        why: "Remove a /dev/ptmx of the image, which would hand out the host's terminals",
        from: FROM_DEFAULT,
        allow: ["ENOENT"],
      },
    ),
    symlinkat(
      { target: "pts/ptmx", directory, path: "ptmx" },
      { why: "Let new terminals come from the container's own devpts", from: FROM_DEFAULT },
    ),
  ];
}
