/**
 * Mounting: the classic calls (man 2 mount, umount2, pivot_root) and the descriptor-based ones that came with Linux 5.2
 * (open_tree, move_mount, mount_setattr), which cannot be led astray by a path that changes under them.
 */
import { type ConstantsOf, flags } from "../plan/constants.ts";
import type { Op } from "../plan/plan.ts";
import { structSize } from "../plan/struct.ts";
import {
  type About,
  type Descriptor,
  type Directory,
  directory,
  number,
  op,
  optionalPath,
  type Path,
  path,
  struct,
} from "./op.ts";

export type MountFlag = ConstantsOf<"MS_">;
export type MountAttribute = ConstantsOf<"MOUNT_ATTR_">;
/** How a mount passes events on to its copies in other namespaces (man 7 mount_namespaces). */
export type Propagation = "MS_PRIVATE" | "MS_SHARED" | "MS_SLAVE" | "MS_UNBINDABLE";

/** Mount a file system, bind a tree, or change an existing mount, as the flags say. */
export function mount(
  call: { source?: Path; target: Path; type?: string; flags: readonly MountFlag[]; data?: string },
  about: About,
): Op {
  const { source, target, type, data } = call;
  return op(
    "mount",
    [optionalPath(source), path(target), optionalPath(type), flags(call.flags), optionalPath(data)],
    about,
  );
}

/** Unmount what is mounted at `target`; MNT_DETACH takes the whole tree out of sight now and frees it when unused. */
export function umount2(
  call: { target: Path; flags: readonly (ConstantsOf<"MNT_"> | "UMOUNT_NOFOLLOW")[] },
  about: About,
): Op {
  return op("umount2", [path(call.target), flags(call.flags)], about);
}

/**
 * Make `newRoot` the root of this mount namespace and park the old root at `putOld`. With "." for both, the old root
 * lies on top of the new one and is detached next (man 2 pivot_root, "pivot_root(".", ".")").
 * The kernel answers EINVAL when `newRoot` is not a mount point, or it or its parent mount is shared.
 */
export function pivotRoot(call: { newRoot: Path; putOld: Path }, about: About): Op {
  return op("pivot_root", [path(call.newRoot), path(call.putOld)], about);
}

/** Pick up a mount by descriptor; with OPEN_TREE_CLONE a detached copy of it. Close-on-exec always. */
export function openTree(
  call: {
    directory: Directory;
    path: Path;
    flags: readonly (ConstantsOf<"OPEN_TREE_"> | "AT_RECURSIVE" | "AT_EMPTY_PATH" | "AT_SYMLINK_NOFOLLOW")[];
  },
  about: About,
): Op {
  const all = call.flags.includes("OPEN_TREE_CLOEXEC") ? call.flags : [...call.flags, "OPEN_TREE_CLOEXEC" as const];
  return op("open_tree", [directory(call.directory), path(call.path), flags(all)], about);
}

/** Attach a mount held by descriptor somewhere, or move one. */
export function moveMount(
  call: {
    fromDirectory: Directory;
    fromPath: Path;
    toDirectory: Directory;
    toPath: Path;
    flags: readonly ConstantsOf<"MOVE_MOUNT_">[];
  },
  about: About,
): Op {
  const from = [directory(call.fromDirectory), path(call.fromPath)];
  const to = [directory(call.toDirectory), path(call.toPath)];
  return op("move_mount", [...from, ...to, flags(call.flags)], about);
}

/**
 * Change the attributes of one mount, or of a whole tree with AT_RECURSIVE. `userNamespace` is the namespace whose id
 * map the mount takes on, for MOUNT_ATTR_IDMAP.
 */
export function mountSetattr(
  call: {
    directory: Directory;
    path: Path;
    flags: readonly ("AT_RECURSIVE" | "AT_EMPTY_PATH" | "AT_SYMLINK_NOFOLLOW")[];
    set?: readonly MountAttribute[];
    clear?: readonly MountAttribute[];
    propagation?: Propagation;
    userNamespace?: Descriptor;
  },
  about: About,
): Op {
  const attributes = struct("mount_attr", {
    attr_set: call.set && flags(call.set),
    attr_clr: call.clear && flags(call.clear),
    propagation: call.propagation && flags([call.propagation]),
    userns_fd: call.userNamespace === undefined ? undefined : number(call.userNamespace),
  });
  const size = number(structSize("mount_attr"));
  return op("mount_setattr", [directory(call.directory), path(call.path), flags(call.flags), attributes, size], about);
}
