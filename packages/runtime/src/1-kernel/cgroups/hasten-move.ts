/**
 * Takes the wait out of moving a process between cgroups of v1. Before the kernel moves one it waits until every
 * processor has been through a quiet moment (an RCU grace period, 8 ms and more), because forks and exits everywhere
 * must see the move; moves right after the first do not wait again. So the wait is begun before the plan is made, and
 * is over when the plan gets to moving the container's first process. v2 has no move to wait for: CLONE_INTO_CGROUP.
 */
import { close, constants, openSync, write } from "node:fs";
import { join } from "node:path";
import type { CgroupLayout } from "./layout.ts";

/**
 * Ask the kernel to move this process to where it is already, and do not wait for the answer. Whether it can be done
 * at all (it cannot without privileges) changes nothing but the time the next move takes.
 */
export function hastenMove(layout: CgroupLayout): void {
  const tree = layout.hierarchies.find(({ version }) => version === 1);
  if (!tree) return;
  let fd: number;
  try {
    fd = openSync(join(tree.mountPoint, tree.ownPath, "cgroup.procs"), constants.O_WRONLY);
  } catch {
    return;
  }
  // Closing is all that is left to do, whatever the answer was.
  write(fd, "0", () => close(fd));
}
