/**
 * The config's `mounts`, in their order: each target is opened inside the root and mounted on by descriptor. Bind mounts
 * that restrict something are made detached, restricted, and only then attached, so that there is no moment at which
 * the container's tree shows them writable.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import {
  type MountAttribute,
  type MountFlag,
  mount,
  mountSetattr,
  moveMount,
  type Op,
  result,
  setxattr,
} from "../../1-kernel/mod.ts";
import type { Mount } from "../spec/config.ts";
import { planCgroupMount } from "./cgroup-mount.ts";
import { copyMount } from "./copied-mount.ts";
import { planCopyUp } from "./copy-up.ts";
import { isHidden } from "./hidden-sources.ts";
import { isIdMapped, mappedTree } from "./id-mapped-mounts.ts";
import { type MountOptions, parseMountOptions, toAttributes } from "./mount-options.ts";
import { bindSourceOf, fdPath, type Opened, openDirectory, openInRoot, openMountPointFile, relative } from "./paths.ts";
import type { Planning } from "./planning.ts";
import { refuseOverProc } from "./proc-mounts.ts";
import { planPropagation } from "./propagation.ts";

/** What well-known mounts are for, in words. */
const PURPOSE: Record<string, string> = {
  proc: "Show the container the processes of its own pid namespace, and nobody else's",
  sysfs: "Show devices and kernel settings; its network part is that of the container's network namespace",
  tmpfs: "Give it memory-backed space that vanishes with it",
  devpts: "Give it terminals of its own, numbered from 0",
  mqueue: "Show the message queues of its own ipc namespace",
};

export function planMounts(planning: Planning): Op[] {
  return (planning.config.mounts ?? []).flatMap((entry, index) => planMount(planning, entry, index));
}

function planMount(planning: Planning, entry: Mount, index: number): Op[] {
  const options = parseMountOptions(entry.options ?? []);
  if (entry.type === "cgroup" || entry.type === "cgroup2") return planCgroupMount(planning, entry, options, index);
  if (options.bind || entry.type === "bind") return planBind(planning, entry, options, index);
  return planFileSystem(planning, entry, options, index);
}

function planFileSystem(planning: Planning, entry: Mount, options: MountOptions, index: number): Op[] {
  const from = `/mounts/${index}`;
  const type = entry.type ?? "";
  const plain = type === "proc" || type === "sysfs";
  if (plain) refuseSymlink(planning, entry, index);
  else if (type !== "mqueue") refuseOverProc(planning, entry, index, undefined);
  const target = openDirectory(planning, entry.destination, {
    why: `Open "${entry.destination}", where ${type} goes, by descriptor`,
    from: `${from}/destination`,
    mountIndex: index,
    plain,
  });
  const later = isMadeReadOnlyLater(entry) && options.flags.includes("MS_RDONLY");
  const flags = later ? options.flags.filter((flag) => flag !== "MS_RDONLY") : options.flags;
  const plainData = type === "tmpfs" ? withMode(planning, entry, options.data, index) : options.data;
  const data = withLabel(planning, type, plainData);
  const attach = mount(
    { source: entry.source ?? type, target: fdPath(target.fd), type, flags, ...(data ? { data } : {}) },
    { why: (Object.hasOwn(PURPOSE, type) && PURPOSE[type]) || `Mount ${type} on "${entry.destination}"`, from },
  );
  if (options.copyUp && type !== "tmpfs")
    planning.warn(`${from}/options: "tmpcopyup" has no effect on a mount of type ${type}`);
  const copyUp = options.copyUp && type === "tmpfs" ? planFilling(planning, entry, target.fd, index) : [];
  const label = type === "mqueue" ? planQueueLabel(planning, entry, index) : [];
  return [...target.ops, attach, ...label, ...copyUp, ...planPropagation(planning, entry.destination, options, index)];
}

/** SELinux: message queues take no `context=` when they are mounted, but their directory can be labelled after that. */
function planQueueLabel(planning: Planning, { destination }: Mount, index: number): Op[] {
  const label = planning.config.linux?.mountLabel;
  if (!label) return [];
  const from = "/linux/mountLabel";
  const opened = openInRoot(planning, destination, ["O_PATH", "O_DIRECTORY"], {
    why: `Open the message queues at "${destination}", to label them`,
    from,
    mountIndex: index,
  });
  const labelled = { path: fdPath(opened.fd), name: "security.selinux", value: label };
  return [...opened.ops, setxattr(labelled, { why: `Label them "${label}", so that the program may use them`, from })];
}

function planFilling(planning: Planning, { destination }: Mount, covered: string, mountIndex: number): Op[] {
  const opened = openInRoot(planning, destination, ["O_PATH", "O_DIRECTORY"], {
    why: `Open the new file system at "${destination}", to fill it with what it covers`,
    from: `/mounts/${mountIndex}/options`,
  });
  const ops = planCopyUp(planning, { covered, fresh: opened.fd, destination, mountIndex });
  return ops.length === 0 ? [] : [...opened.ops, ...ops];
}

/** SELinux: the label that every file of the mount has. What the kernel makes up itself has labels of its own. */
function withLabel({ config }: Planning, type: string, data: string): string {
  const label = config.linux?.mountLabel;
  if (!label || ["proc", "sysfs", "mqueue"].includes(type)) return data;
  return [data, `context="${label}"`].filter((part) => part !== "").join(",");
}

/** A fresh tmpfs takes on the permissions of the directory it covers, so that /tmp stays writable for all. */
function withMode(planning: Planning, entry: Mount, data: string, index: number): string {
  if (/(^|,)mode=/.test(data)) return data;
  const { mode } = planning.facts.look(`/${relative(entry.destination)}`, index);
  return mode === undefined ? data : [data, `mode=${mode.toString(8)}`].filter((part) => part !== "").join(",");
}

function planBind(planning: Planning, entry: Mount, options: MountOptions, index: number): Op[] {
  const from = `/mounts/${index}`;
  const source = bindSourceOf(planning, entry);
  const kind = planning.facts.lookOnHost(source).kind;
  if (kind === "missing") {
    throw new GlassboxError(
      "not found",
      `Cannot mount "${source}" on "${entry.destination}": no such file or directory`,
      {
        hint: `${from}/source is a path on the host`,
      },
    );
  }
  refuseOverProc(planning, entry, index, source);
  const open = kind === "file" ? openMountPointFile : openDirectory;
  const target = open(planning, entry.destination, {
    why: `Open "${entry.destination}", where the host's "${source}" will show`,
    from: `${from}/destination`,
    mountIndex: index,
  });
  const recursive = options.bind !== "bind";
  const set = toAttributes(options.flags);
  const clear = toAttributes(options.cleared);
  for (const flag of set.without.filter((name) => !ACCESS_TIMES.includes(name))) {
    planning.warn(`${from}/options: ${flag} has no effect on the bind mount "${entry.destination}"`);
  }
  const attributes =
    set.attributes.length + clear.attributes.length + options.recursive.set.length + options.recursive.clear.length;
  const isCopied = isIdMapped(entry, options) || isHidden(planning, entry, options);
  if (attributes === 0 && !isCopied) {
    const flags: MountFlag[] = recursive ? ["MS_BIND", "MS_REC"] : ["MS_BIND"];
    const why = `Show the host's "${source}" in the container: both see the same files`;
    const bind = mount({ source, target: fdPath(target.fd), flags }, { why, from });
    const propagation = planPropagation(planning, entry.destination, options, index);
    return [...target.ops, bind, ...propagation, ...planAccessTimes(planning, entry, options, index)];
  }
  const restricted = planRestrictedBind(planning, { entry, source, recursive, target, options, index, isCopied });
  return [...target.ops, ...restricted, ...planAccessTimes(planning, entry, options, index)];
}

const ACCESS_TIMES: readonly MountFlag[] = ["MS_NOATIME", "MS_RELATIME", "MS_STRICTATIME"];

/** When reading counts as access: one setting of four for `mount_setattr`, a flag like others for a remount. */
function planAccessTimes(planning: Planning, entry: Mount, options: MountOptions, index: number): Op[] {
  if (!options.flags.some((flag) => ACCESS_TIMES.includes(flag))) return [];
  const from = `/mounts/${index}/options`;
  const opened = openInRoot(planning, entry.destination, ["O_PATH"], {
    why: `Open the new mount at "${entry.destination}"`,
    from,
    mountIndex: index,
  });
  const flags: MountFlag[] = ["MS_REMOUNT", "MS_BIND", ...options.flags];
  const why = "Say when reading a file there counts as access to it";
  return [...opened.ops, mount({ target: fdPath(opened.fd), flags }, { why, from })];
}

interface RestrictedBind {
  entry: Mount;
  source: string;
  recursive: boolean;
  target: Opened;
  options: MountOptions;
  index: number;
  /** The runtime has copied it already. */
  isCopied: boolean;
}

function planRestrictedBind(planning: Planning, bind: RestrictedBind): Op[] {
  const { entry, source, recursive, target, options, index, isCopied } = bind;
  const from = `/mounts/${index}`;
  const tree = isCopied ? mappedTree(index) : planning.name(`tree ${relative(entry.destination)}`);
  const setattr = (set: MountAttribute[], clear: MountAttribute[], whole: boolean): Op[] =>
    set.length + clear.length === 0
      ? []
      : [
          mountSetattr(
            {
              directory: result(tree),
              path: "",
              flags: whole ? ["AT_EMPTY_PATH", "AT_RECURSIVE"] : ["AT_EMPTY_PATH"],
              ...(set.length > 0 ? { set } : {}),
              ...(clear.length > 0 ? { clear } : {}),
            },
            { why: "Set its options while nobody can reach it yet", from: `${from}/options` },
          ),
        ];
  return [
    ...(isCopied ? [] : [copyMount({ source, recursive, tree }, from)]),
    ...setattr(toAttributes(options.flags).attributes, toAttributes(options.cleared).attributes, false),
    ...setattr(options.recursive.set, options.recursive.clear, true),
    moveMount(
      {
        fromDirectory: result(tree),
        fromPath: "",
        toDirectory: result(target.fd),
        toPath: "",
        flags: ["MOVE_MOUNT_F_EMPTY_PATH", "MOVE_MOUNT_T_EMPTY_PATH"],
      },
      { why: `Attach it at "${entry.destination}": both sides see the same files`, from },
    ),
    ...options.propagation.map(({ kind, recursive: whole }) =>
      mountSetattr(
        {
          directory: result(tree),
          path: "",
          flags: whole ? ["AT_EMPTY_PATH", "AT_RECURSIVE"] : ["AT_EMPTY_PATH"],
          propagation: kind,
        },
        { why: `Decide whether mounts made below it are passed on: ${kind}`, from: `${from}/options` },
      ),
    ),
  ];
}

/** tmpfs and /dev are filled by what follows, so they stay writable until all is in place. */
export function isMadeReadOnlyLater(entry: Mount): boolean {
  return entry.type === "tmpfs" || relative(entry.destination) === "dev";
}

/** A /proc that is a symlink in the image would put the real one elsewhere and leave masks pointing at nothing. */
function refuseSymlink(planning: Planning, entry: Mount, index: number): void {
  if (planning.facts.look(`/${relative(entry.destination)}`, index).kind !== "file") return;
  throw new GlassboxError(
    "invalid argument",
    `Cannot mount ${entry.type} on "${entry.destination}": it must be mounted on ordinary directory (/mounts/${index}/destination)`,
  );
}
