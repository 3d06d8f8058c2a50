/**
 * Undo what a learner made in a lab, in the only order that works: containers, processes (they hold everything else),
 * mounts newest first, cgroups, machine-wide state a slip may have changed, files. Namespaces need no step of their own:
 * the last process or mount that held one takes it along. Then look again, and say what is left.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { GlassboxError, messageOf } from "@glassbox/runtime/base";
import { removeCgroup, treeOf } from "@glassbox/runtime/kernel";
import type { KernelGraph } from "../../observe/kernel-graph.ts";
import { groupsAround } from "./lab-cgroups.ts";
import type { LabPlace } from "./lab-place.ts";
import { killLearnersProcesses, learnersProcesses } from "./learners-processes.ts";
import { mountPointsOf } from "./mounts-of-lab.ts";
import { sharedMemorySegments } from "./shared-memory.ts";

const run = promisify(execFile);
/** Each helper program does one small thing; one that takes longer hangs. */
const PROGRAM_TIMEOUT_MS = 30_000;
/** A mount may be stacked on another at the same place, and each round takes the top ones. */
const UNMOUNT_ROUNDS = 4;

export interface CleanUpTools {
  graph: KernelGraph;
  /** The OCI runtime's launcher; containers are left to it when it exists. */
  glassrun: string;
  signal?: AbortSignal | undefined;
}

/**
 * Remove everything of the lab from the kernel, and its files when `files` is set. Nothing to do is fine.
 * @throws GlassboxError "failed precondition" that lists what is left
 */
export async function cleanUp(place: LabPlace, tools: CleanUpTools, options: { files: boolean }): Promise<void> {
  const failures: unknown[] = [];
  const attempt = async (work: () => unknown) => {
    try {
      await work();
    } catch (thrown) {
      failures.push(thrown);
    }
  };
  await attempt(() => deleteContainers(place, tools));
  await attempt(() => killLearnersProcesses(place, tools.graph, tools.signal));
  await attempt(() => unmountAll(place, tools));
  await attempt(() => removeCgroups(place));
  await attempt(() => restoreMachine(place));
  if (options.files) await attempt(() => removeFiles(place, tools));
  const left = leftovers(place, tools.graph, options);
  if (left.length > 0) {
    throw new GlassboxError("failed precondition", `Cannot tidy up lab "${place.lab}" completely: ${left.join("; ")}`, {
      undoFailures: failures,
      ...(failures.length > 0 ? { hint: failures.map(messageOf).join("; ") } : {}),
    });
  }
}

/** What of the lab the kernel still shows, one phrase each. */
function leftovers(place: LabPlace, graph: KernelGraph, options: { files: boolean }): string[] {
  return [
    ...learnersProcesses(place, graph).map((pid) => `process ${pid} still runs`),
    ...mountPointsOf(place, graph).map((mountPoint) => `"${mountPoint}" is still mounted`),
    ...place.cgroupDirs
      .filter((directory) => existsSync(directory))
      .map((directory) => `cgroup "${directory}" is still there`),
    ...(options.files && existsSync(place.workDir) ? [`"${place.workDir}" is still there`] : []),
  ];
}

async function deleteContainers(place: LabPlace, tools: CleanUpTools): Promise<void> {
  const mine = [...tools.graph.nodes.values()].some(
    (node) => node.kind === "container" && node.runtime === "glassbox" && isBelow(node.bundle ?? "", place.workDir),
  );
  // Without a bundle in the lab there is no container of it, and the runtime need not even be built.
  if (!existsSync(tools.glassrun) || !(mine || existsSync("/run/glassrun"))) return;
  const { stdout } = await run(tools.glassrun, ["list", "--format", "json"], { timeout: PROGRAM_TIMEOUT_MS });
  const listed = (JSON.parse(stdout.trim() === "" ? "[]" : stdout) ?? []) as Array<{ id: string; bundle: string }>;
  for (const { id } of listed.filter((container) => isBelow(container.bundle, place.workDir))) {
    await run(tools.glassrun, ["delete", "--force", id], { timeout: PROGRAM_TIMEOUT_MS });
  }
}

/** Newest first, since newer mounts stand on older ones; lazily where something outside still holds one open. */
async function unmountAll(place: LabPlace, { graph, signal }: CleanUpTools): Promise<void> {
  await graph.refresh(signal); // what was mounted a moment ago
  for (let round = 0; round < UNMOUNT_ROUNDS; round++) {
    const mountPoints = mountPointsOf(place, graph);
    if (mountPoints.length === 0) return;
    for (const mountPoint of mountPoints.reverse()) {
      await run("umount", ["--", mountPoint], { timeout: PROGRAM_TIMEOUT_MS })
        .catch(() => run("umount", ["--lazy", "--", mountPoint], { timeout: PROGRAM_TIMEOUT_MS }))
        .catch(() => undefined); // looked at again in the next round, and reported at the end
    }
  }
}

async function removeCgroups(place: LabPlace): Promise<void> {
  await removeCgroup(
    place.cgroupDirs.filter((directory) => treeOf(directory).length > 0).map((directory) => ({ directory })),
  );
  // `glassbox` above it goes with its last lab; while other labs are open it is busy, and stays.
  for (const directory of place.cgroupDirs.flatMap(groupsAround)) {
    try {
      rmdirSync(directory);
    } catch {
      // ENOTEMPTY: another lab is open. ENOENT: it was never made.
    }
  }
}

async function restoreMachine(place: LabPlace): Promise<void> {
  const file = "/proc/sys/kernel/hostname";
  if (readFileSync(file, "utf8").trim() !== place.hostname) writeFileSync(file, place.hostname);
  for (const segment of sharedMemorySegments()) {
    const abandoned = segment.attached === 0 && !existsSync(`/proc/${segment.creatorPid}`);
    if (abandoned && !place.sharedMemoryIds.includes(segment.id)) {
      await run("ipcrm", ["--shmem-id", String(segment.id)], { timeout: PROGRAM_TIMEOUT_MS });
    }
  }
}

function removeFiles(place: LabPlace, { graph }: CleanUpTools): void {
  const { workDir } = place;
  const mounted = mountPointsOf(place, graph);
  if (mounted.length > 0) {
    throw new GlassboxError("failed precondition", `Cannot remove "${workDir}": "${mounted[0]}" is still mounted`);
  }
  rmSync(workDir, { recursive: true, force: true });
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
