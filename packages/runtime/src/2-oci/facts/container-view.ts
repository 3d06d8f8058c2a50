/**
 * What a path of the container will be once its mounts are in place: seen through the bundle's root, the sources of its
 * bind mounts and the host's own /proc and /sys, before anything is mounted.
 */
import { isAbsolute, join } from "node:path";
import { relative } from "../plan/paths.ts";
import type { PathFact, TreeEntry } from "../plan/planning.ts";
import type { Config, Mount } from "../spec/config.ts";
import { factOf, lookInRoot, resolveInRoot } from "./in-root.ts";
import { listTree } from "./tree.ts";

export interface ContainerView {
  config: Config;
  bundle: string;
  rootfs: string;
}

/** The function that looks: with a `mountIndex`, as the mounts before that one leave it. */
export function lookInContainer(view: ContainerView): (path: string, mountIndex?: number) => PathFact {
  const covers = coversOf(view);
  return (path, mountIndex = covers.length) => {
    const wanted = relative(path);
    const cover = coverOf(covers, wanted, mountIndex);
    return cover ? lookBelow(view, cover.mount, cover.below) : lookInRoot(view.rootfs, wanted);
  };
}

/** The function that lists: what is mounted fresh has nothing in it yet. */
export function treeInContainer(view: ContainerView): (path: string, mountIndex: number) => TreeEntry[] {
  const covers = coversOf(view);
  return (path, mountIndex) => {
    const wanted = relative(path);
    const cover = coverOf(covers, wanted, mountIndex);
    if (!cover) return listTree(quietly(() => resolveInRoot(view.rootfs, wanted)));
    const source = bindSource(view, cover.mount);
    return source === undefined ? [] : listTree(quietly(() => resolveInRoot(source, cover.below)));
  };
}

/** A mount, and where in the root it is: `proc/sys`, or `.` for the root itself. */
interface Cover {
  mount: Mount;
  at: string;
}

function coversOf({ config }: ContainerView): Cover[] {
  return (config.mounts ?? []).map((mount) => ({ mount, at: relative(mount.destination) }));
}

/** The last mount that covers the path is the one that is seen. */
function coverOf(covers: Cover[], wanted: string, mountIndex: number): { mount: Mount; below: string } | undefined {
  for (let index = Math.min(mountIndex, covers.length) - 1; index >= 0; index--) {
    const { mount, at } = covers[index] as Cover;
    if (at === wanted) return { mount, below: "" };
    if (at === ".") return { mount, below: wanted };
    if (wanted.startsWith(at) && wanted[at.length] === "/") return { mount, below: wanted.slice(at.length + 1) };
  }
  return undefined;
}

function bindSource({ bundle }: ContainerView, mount: Mount): string | undefined {
  const bind = mount.type === "bind" || (mount.options ?? []).some((word) => word === "bind" || word === "rbind");
  const source = mount.source ?? "";
  if (!bind) return undefined;
  return isAbsolute(source) ? source : join(bundle, source);
}

/** A link that cannot be read from here leads nowhere. */
function quietly(resolve: () => string | undefined): string | undefined {
  try {
    return resolve();
  } catch {
    return undefined;
  }
}

function lookBelow(view: ContainerView, mount: Mount, below: string): PathFact {
  const host = bindSource(view, mount);
  if (host !== undefined) return below === "" ? factOf(host) : lookInRoot(host, below);
  if (below === "") return { kind: "directory" };
  // What is neither a process nor a setting of one is the same in every /proc and /sys of this kernel.
  if (mount.type === "proc" && !/^(\d+|self|thread-self)(\/|$)/.test(below)) return factOf(`/proc/${below}`);
  if (mount.type === "sysfs") return factOf(`/sys/${below}`);
  return { kind: "unknown" };
}
