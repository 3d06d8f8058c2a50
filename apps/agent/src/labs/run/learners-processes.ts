/**
 * Every process a lab's learner has left running, found three ways, because a lab is about processes that change where
 * they belong: by cgroup, by what the observer traced to the lab's terminals, and by a root or working
 * directory that lies in the lab's.
 */
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GlassboxError } from "@glassbox/runtime/base";
import { listPids, processesIn, readMountinfo, readProcLink, readStat, treeOf } from "@glassbox/runtime/kernel";
import type { KernelGraph } from "../../observe/kernel-graph.ts";
import { thawAll } from "./lab-cgroups.ts";
import type { LabPlace } from "./lab-place.ts";

/** SIGKILL cannot be refused; what takes longer hangs in the kernel. */
const KILL_DEADLINE_MS = 10_000;

/** Pids, the agent's own never among them. Zombies are not: they are dead, and only wait for their parent. */
export function learnersProcesses(place: LabPlace, graph: KernelGraph): number[] {
  const found = new Set(place.cgroupDirs.flatMap(processesIn));
  for (const node of graph.nodes.values()) {
    if (node.kind === "process" && node.origin === "learner" && node.lab === place.lab) found.add(node.pid);
  }
  const ownMountNamespace = readProcLink("/proc/self/ns/mnt");
  const onDisk = onDiskOf(place.workDir);
  for (const pid of listPids()) {
    if (livesIn(pid, place, ownMountNamespace, onDisk)) found.add(pid);
  }
  found.delete(process.pid);
  return [...found].filter((pid) => {
    const state = readStat(pid)?.state;
    return state !== undefined && state !== "Z" && state !== "X";
  });
}

/** Where the lab's directory is for whoever looks from another mount namespace: which directory of which file system. */
interface OnDisk {
  device: string;
  directory: string;
}

function livesIn(
  pid: number,
  place: LabPlace,
  ownMountNamespace: string | undefined,
  onDisk: OnDisk | undefined,
): boolean {
  const inside = (path: string | undefined) => path !== undefined && isBelow(path, place.workDir);
  if (inside(readProcLink(`/proc/${pid}/root`)) || inside(readProcLink(`/proc/${pid}/cwd`))) return true;
  const mountNamespace = readProcLink(`/proc/${pid}/ns/mnt`);
  if (mountNamespace === undefined || mountNamespace === ownMountNamespace) return false;
  // After pivot_root nothing is called by its old path any more, but the root is still that directory of that disk. Other
  // mounts do not count: whoever split from the host's table while the lab was open has copies of the lab's.
  return (readMountinfo(pid) ?? []).some(
    ({ mountPoint, device, root }) =>
      mountPoint === "/" && device === onDisk?.device && isBelow(root, onDisk.directory),
  );
}

/** From the mount that holds the directory, which is the one with the longest mount point above it. */
function onDiskOf(workDir: string): OnDisk | undefined {
  const holding = (readMountinfo("self") ?? [])
    .filter(({ mountPoint }) => isBelow(workDir, mountPoint))
    .sort((one, other) => other.mountPoint.length - one.mountPoint.length)[0];
  return holding && { device: holding.device, directory: join(holding.root, relative(holding.mountPoint, workDir)) };
}

function isBelow(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}

/**
 * SIGKILL them until none is left: one that forked meanwhile is found in the next round.
 * @throws GlassboxError "deadline exceeded" naming who is left
 */
export async function killLearnersProcesses(place: LabPlace, graph: KernelGraph, signal?: AbortSignal): Promise<void> {
  thawAll(place.cgroupDirs.flatMap(treeOf));
  const deadline = Date.now() + KILL_DEADLINE_MS;
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 200)) {
    const left = learnersProcesses(place, graph);
    if (left.length === 0) return;
    if (Date.now() > deadline) {
      throw new GlassboxError("deadline exceeded", `Cannot end processes ${left.join(", ")} of lab "${place.lab}"`);
    }
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // ESRCH: it ended in between, which is what was wanted.
      }
    }
    await sleep(waitMs, undefined, signal ? { signal } : {});
  }
}
