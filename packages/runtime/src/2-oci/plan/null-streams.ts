/**
 * Standard streams that are the host's /dev/null become the container's own. It is the same device, but the host's file
 * belongs to a mount the container does not have, and criu could not write such a container down.
 */
import { close, dup3, type Op, openat, result } from "../../1-kernel/mod.ts";
import type { Planning } from "./planning.ts";

/** Inside the root. Only in a /dev made for this container: the one of an image could hold anything by that name. */
export function planNullStreams({ config, facts }: Planning): Op[] {
  const isOurs = config.mounts?.some(({ destination, type }) => destination === "/dev" && type === "tmpfs");
  if (config.process?.terminal || !isOurs || facts.nullStreams.length === 0) return [];
  const why = "Use the container's /dev/null in the place of the host's";
  return [
    openat(
      { directory: "AT_FDCWD", path: "/dev/null", flags: ["O_RDWR", "O_NOFOLLOW", "O_NOCTTY"] },
      { why: "Open the container's own /dev/null", result: "own_null" },
    ),
    ...facts.nullStreams.map((to) => dup3({ from: result("own_null"), to, flags: [] }, { why })),
    close({ fd: result("own_null") }, { why: "Done with it" }),
  ];
}
