/**
 * Bind mounts of what only the host's root can reach. In a user namespace of its own the container's root is nobody to the
 * host's files, and may not go through a directory such as /root to a file below, although the file may be meant for it.
 * So the runtime copies such a mount before the container is made, which then attaches it, as with id-mapped ones.
 */
import { dirname } from "node:path";
import { mountSetattr, type Op, result } from "../../1-kernel/mod.ts";
import type { Mount } from "../spec/config.ts";
import { copyMount } from "./copied-mount.ts";
import { isIdMapped, mappedTree } from "./id-mapped-mounts.ts";
import { type MountOptions, parseMountOptions } from "./mount-options.ts";
import { bindSourceOf } from "./paths.ts";
import { namespaceOf, type Planning } from "./planning.ts";

/** May a directory be searched by everyone? (man 7 path_resolution) */
const SEARCHED_BY_ALL = 0o001;

/** Is this mount one that the runtime copies for the container? */
export function isHidden(planning: Planning, entry: Mount, options: MountOptions): boolean {
  const { standing, lookOnHost } = planning.facts;
  if (standing.uid !== 0 || !namespaceOf(planning, "user")) return false;
  if ((!options.bind && entry.type !== "bind") || isIdMapped(entry, options)) return false;
  for (let above = dirname(bindSourceOf(planning, entry)); above !== "/"; above = dirname(above))
    if (((lookOnHost(above).mode ?? SEARCHED_BY_ALL) & SEARCHED_BY_ALL) === 0) return true;
  return false;
}

/** What the runtime does before the container is made; the copies are named by `mappedTree`. */
export function planHiddenSources(planning: Planning): Op[] {
  return (planning.config.mounts ?? []).flatMap((entry, index) => {
    const options = parseMountOptions(entry.options ?? []);
    if (!isHidden(planning, entry, options)) return [];
    const source = bindSourceOf(planning, entry);
    const from = `/mounts/${index}`;
    const tree = mappedTree(index);
    const copied = { source, recursive: options.bind !== "bind", tree };
    return [
      copyMount(copied, from, "which the container's root cannot reach"),
      mountSetattr(
        { directory: result(tree), path: "", flags: ["AT_EMPTY_PATH", "AT_RECURSIVE"], propagation: "MS_SLAVE" },
        { why: "Let no mount made below it in the container reach the host", from: `${from}/source` },
      ),
    ];
  });
}
