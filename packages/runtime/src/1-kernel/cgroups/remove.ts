/** Remove a container's cgroups: `rmdir`, innermost first, with patience, because dead processes leave a moment late. */
import { rmdirSync } from "node:fs";
import { GlassboxError, sleep } from "../../0-base/mod.ts";
import type { CgroupDirectory } from "./place.ts";
import { processesIn, treeOf } from "./processes.ts";

/** A zombie holds its cgroup until it is reaped, and a busy machine's pid 1 may take a while. */
const REMOVE_DEADLINE_MS = 10_000;

/**
 * Remove the directories and all below them; what is gone already is fine.
 * @throws GlassboxError failed precondition when processes are still in one after the deadline; it names them
 */
export async function removeCgroup(
  places: readonly Pick<CgroupDirectory, "directory">[],
  options: { signal?: AbortSignal; deadlineMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + (options.deadlineMs ?? REMOVE_DEADLINE_MS);
  let left = places.map(({ directory }) => directory);
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 100)) {
    left = left.filter((directory) => !tryRemove(directory));
    const [first] = left;
    if (first === undefined) return;
    if (Date.now() > deadline) {
      throw new GlassboxError(
        "failed precondition",
        `Cannot remove cgroup "${first}": processes ${processesIn(first).join(", ")} are still in it`,
        { hint: "End them first, or use delete --force" },
      );
    }
    await sleep(waitMs, options.signal);
  }
}

function tryRemove(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return true;
    if (code !== "EBUSY" && code !== "ENOTEMPTY") throw thrown;
  }
  // Groups made inside by the container itself stand in the way: innermost first.
  for (const inner of treeOf(directory).slice(1).reverse()) {
    try {
      rmdirSync(inner);
    } catch {
      return false;
    }
  }
  return false;
}
