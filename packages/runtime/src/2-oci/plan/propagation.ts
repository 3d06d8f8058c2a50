/**
 * Whether mounts made later below a mount are passed on to its copies in other namespaces (man 7 mount_namespaces).
 * Binds that are made detached set it before they are attached (`mounts.ts`); all other mounts do here.
 */
import { mount, type Op, template } from "../../1-kernel/mod.ts";
import type { MountOptions } from "./mount-options.ts";
import { openInRoot } from "./paths.ts";
import type { Planning } from "./planning.ts";

/** Propagation is set on the new mount, which covers the directory that was open: so it is opened again. */
export function planPropagation(planning: Planning, destination: string, options: MountOptions, index: number): Op[] {
  if (options.propagation.length === 0) return [];
  const from = `/mounts/${index}/options`;
  const opened = openInRoot(planning, destination, ["O_PATH"], {
    why: `Open the new mount at "${destination}"`,
    from,
    mountIndex: index,
  });
  const set = options.propagation.map(({ kind, recursive }) =>
    mount(
      { target: template(`/proc/self/fd/{${opened.fd}}`), flags: recursive ? [kind, "MS_REC"] : [kind] },
      { why: `Decide whether mounts made below it are passed on: ${kind}`, from },
    ),
  );
  return [...opened.ops, ...set];
}
