/**
 * The root: keep our mounts from reaching the host, make the bundle's root a mount of its own, and at the end put it in
 * the host's place with `pivot_root`, after which the host's files have no path any more. `chroot` alone would leave
 * them mounted, and a process with CAP_SYS_CHROOT can walk out of it (man 2 chroot).
 */
import {
  chdir,
  chroot,
  close,
  fchdir,
  type MountFlag,
  mount,
  mountSetattr,
  type Op,
  openat,
  pivotRoot,
  result,
  umount2,
} from "../../1-kernel/mod.ts";
import { parseMountOptions } from "./mount-options.ts";
import { isMadeReadOnlyLater } from "./mounts.ts";
import { fdPath, openInRoot, ROOT, relative } from "./paths.ts";
import { namespaceOf, type Planning } from "./planning.ts";

const PROPAGATION = {
  private: "MS_PRIVATE",
  slave: "MS_SLAVE",
  shared: "MS_SHARED",
  unbindable: "MS_UNBINDABLE",
} as const;

/** The calls before the first mount. */
export function planRoot(planning: Planning): Op[] {
  const { rootfs } = planning;
  const open = openat(
    { directory: "AT_FDCWD", path: rootfs, flags: ["O_PATH", "O_DIRECTORY"] },
    {
      why: "Hold the container's root by descriptor: every path inside is resolved from here",
      from: "/root/path",
      result: ROOT,
    },
  );
  if (!namespaceOf(planning, "mount")) return [open];
  const chosen = propagation(planning);
  const outgoing: MountFlag[] =
    chosen === undefined || chosen.kind === "MS_UNBINDABLE" ? ["MS_SLAVE", "MS_REC"] : [chosen.kind, "MS_REC"];
  return [
    mount(
      { target: "/", flags: outgoing },
      {
        why: "The new mount namespace starts as a copy of the host's: keep what is mounted here from showing up there",
        from: chosen ? "/linux/rootfsPropagation" : (namespaceOf(planning, "mount")?.from ?? ""),
      },
    ),
    ...(outgoing.includes("MS_SHARED")
      ? [
          mount(
            { target: planning.facts.mountPointOf(rootfs), flags: ["MS_PRIVATE" as const] },
            {
              why: "pivot_root refuses a root below a shared mount; and what is mounted on the root must not reach the host",
              from: "/linux/rootfsPropagation",
            },
          ),
        ]
      : []),
    mount(
      { source: rootfs, target: rootfs, flags: ["MS_BIND", "MS_REC"] },
      { why: "pivot_root wants a mount point: mount the root directory on itself", from: "/root/path" },
    ),
    open,
  ];
}

/** The calls after the last mount: read-only where asked, then into the new root. */
export function planPivot(planning: Planning): Op[] {
  if (!namespaceOf(planning, "mount")) {
    return [
      fchdir({ fd: result(ROOT) }, { why: "Go into the new root", from: "/root/path" }),
      chroot(
        { path: "." },
        {
          why: "Without a mount namespace there is nothing to pivot: only change where paths start",
          from: "/root/path",
        },
      ),
      chdir({ path: "/" }, { why: "Stand inside the new root" }),
    ];
  }
  const chosen = propagation(planning);
  return [
    ...planLateReadOnly(planning),
    ...(planning.config.root?.readonly
      ? [
          mountSetattr(
            { directory: result(ROOT), path: "", flags: ["AT_EMPTY_PATH"], set: ["MOUNT_ATTR_RDONLY"] },
            { why: "Make the root read-only, now that everything has its mount point", from: "/root/readonly" },
          ),
        ]
      : []),
    fchdir({ fd: result(ROOT) }, { why: "Go into the new root", from: "/root/path" }),
    ...(planning.noPivot ? planMove() : planSwap()),
    chdir({ path: "/" }, { why: "Stand at the new root's top" }),
    ...(chosen
      ? [
          mount(
            { target: "/", flags: chosen.recursive ? [chosen.kind, "MS_REC"] : [chosen.kind] },
            { why: "Give the new root the propagation the config asks for", from: "/linux/rootfsPropagation" },
          ),
        ]
      : []),
  ];
}

function planSwap(): Op[] {
  return [
    openat(
      { directory: "AT_FDCWD", path: "/", flags: ["O_PATH", "O_DIRECTORY"] },
      { why: "Hold the host's root, to take it away when the swap is done", result: "old_root" },
    ),
    pivotRoot(
      { newRoot: ".", putOld: "." },
      {
        why: "Swap roots: the container's becomes /, and the host's lies on top of it for a moment",
        from: "/root/path",
      },
    ),
    fchdir({ fd: result("old_root") }, { why: "Stand in the old root: what follows must not touch the new one" }),
    mount(
      { target: ".", flags: ["MS_SLAVE", "MS_REC"] },
      { why: "Keep the unmounting that follows from reaching the host" },
    ),
    umount2(
      { target: ".", flags: ["MNT_DETACH"] },
      { why: "Take the host's whole tree out of sight: from here no path leads to it", from: "/root/path" },
    ),
    close({ fd: result("old_root") }, { why: "The last thing that still led there" }),
  ];
}

/** For an initial ramdisk, whose root cannot be pivoted (`--no-pivot`). */
function planMove(): Op[] {
  return [
    mount(
      { source: ".", target: "/", flags: ["MS_MOVE"] },
      { why: "Move the container's root over the host's, since it may not be swapped", from: "/root/path" },
    ),
    chroot({ path: "." }, { why: "Let paths start there", from: "/root/path" }),
  ];
}

/** Mounts that had to stay writable while they were being filled. */
function planLateReadOnly(planning: Planning): Op[] {
  return (planning.config.mounts ?? []).flatMap((entry, index) => {
    const options = parseMountOptions(entry.options ?? []);
    if (options.bind || entry.type === "bind" || !isMadeReadOnlyLater(entry) || !options.flags.includes("MS_RDONLY"))
      return [];
    const from = `/mounts/${index}/options`;
    const opened = openInRoot(planning, relative(entry.destination), ["O_PATH"], {
      why: `Open "${entry.destination}" once more`,
      from,
    });
    const flags: MountFlag[] = ["MS_REMOUNT", "MS_BIND", ...options.flags];
    return [
      ...opened.ops,
      mount({ target: fdPath(opened.fd), flags }, { why: "Make it read-only, now that it is filled", from }),
    ];
  });
}

function propagation(planning: Planning) {
  const wanted = planning.config.linux?.rootfsPropagation;
  if (!wanted) return undefined;
  const recursive = wanted.startsWith("r");
  return { kind: PROPAGATION[(recursive ? wanted.slice(1) : wanted) as keyof typeof PROPAGATION], recursive };
}
