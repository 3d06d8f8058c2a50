/** Which namespaces one has to join to be where a container's process is. */
import { readlinkSync } from "node:fs";
import { GlassboxError } from "../../0-base/mod.ts";
import type { NamespaceFlag } from "../../1-kernel/mod.ts";

const NAMESPACES: Record<string, NamespaceFlag> = {
  user: "CLONE_NEWUSER",
  mnt: "CLONE_NEWNS",
  uts: "CLONE_NEWUTS",
  ipc: "CLONE_NEWIPC",
  net: "CLONE_NEWNET",
  pid: "CLONE_NEWPID",
  cgroup: "CLONE_NEWCGROUP",
  time: "CLONE_NEWTIME",
};

/**
 * Namespaces of `pid` that are not ours: joining one's own user namespace answers EINVAL.
 * @throws GlassboxError failed precondition when it has ended (a zombie has no namespaces any more), or may not be seen
 */
export function foreignNamespaces(pid: number): NamespaceFlag[] {
  return Object.entries(NAMESPACES).flatMap(([name, flag]) => {
    const link = (of: string) => {
      try {
        return readlinkSync(`/proc/${of}/ns/${name}`);
      } catch {
        return undefined;
      }
    };
    const ours = link("self");
    if (ours === undefined) return [];
    const theirs = link(String(pid));
    // Taking it for one of ours would run a container's command on the host.
    if (theirs === undefined) {
      throw new GlassboxError(
        "failed precondition",
        `cannot join the ${name} namespace of process ${pid}: container not running`,
      );
    }
    return theirs === ours ? [] : [flag];
  });
}
