/**
 * What a path of the container will be once its mounts are in place: seen through the bundle's root, the sources of its
 * bind mounts and the host's own /proc and /sys, before anything is mounted.
 */
import { isAbsolute, join } from "node:path";
import { relative } from "../plan/paths.ts";
import type { PathFact } from "../plan/planning.ts";
import type { Config, Mount } from "../spec/config.ts";
import { factOf, lookInRoot } from "./in-root.ts";

export interface ContainerView {
  config: Config;
  bundle: string;
  rootfs: string;
}

/** The function that looks: with a `mountIndex`, as the mounts before that one leave it. */
export function lookInContainer(view: ContainerView): (path: string, mountIndex?: number) => PathFact {
  const mounts = (view.config.mounts ?? []).map((mount) => ({ mount, at: relative(mount.destination) }));
  return (path, mountIndex = mounts.length) => {
    const wanted = relative(path);
    // The last mount that covers the path is the one that is seen.
    const cover = mounts.findLast(({ at }, index) => index < mountIndex && covers(at, wanted));
    if (!cover) return lookInRoot(view.rootfs, wanted);
    const { mount, at } = cover;
    const below = at === wanted ? "" : at === "." ? wanted : wanted.slice(at.length + 1);
    return lookBelow(view, mount, below);
  };
}

function lookBelow({ bundle }: ContainerView, mount: Mount, below: string): PathFact {
  const bind = mount.type === "bind" || (mount.options ?? []).some((word) => word === "bind" || word === "rbind");
  const source = mount.source ?? "";
  if (bind) {
    const host = isAbsolute(source) ? source : join(bundle, source);
    return below === "" ? factOf(host) : lookInRoot(host, below);
  }
  if (below === "") return { kind: "directory" };
  // What is neither a process nor a setting of one is the same in every /proc and /sys of this kernel.
  if (mount.type === "proc" && !/^(\d+|self|thread-self)(\/|$)/.test(below)) return factOf(`/proc/${below}`);
  if (mount.type === "sysfs") return factOf(`/sys/${below}`);
  return { kind: "unknown" };
}

function covers(mountPoint: string, path: string): boolean {
  return mountPoint === path || mountPoint === "." || path.startsWith(`${mountPoint}/`);
}
