/**
 * A lab's working directory: made when the lab is opened, with busybox's root file system where the lab asks for one, and
 * with each step's own files when that step begins. What the learner has changed is left alone unless the step is reset.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { GlassboxError } from "@glassbox/runtime/base";
import { readMountinfo } from "@glassbox/runtime/kernel";
import type { Lab, Step } from "../content/load.ts";

const run = promisify(execFile);
/** A few megabytes and some four hundred links. */
const COPY_TIMEOUT_MS = 60_000;

/** @throws GlassboxError "failed precondition" when the root file system has not been built */
export async function makeWorkDir(lab: Lab, workDir: string, rootfsDir: string): Promise<void> {
  mkdirSync(workDir, { recursive: true });
  if (lab.file.guards.includes("pivot_root")) await guardPivotRoot(workDir);
  if (lab.file.rootfs === undefined) return;
  const target = join(workDir, lab.file.rootfs);
  if (existsSync(target)) return;
  if (!existsSync(join(rootfsDir, "bin"))) {
    throw new GlassboxError(
      "failed precondition",
      `Cannot open lab "${lab.id}": there is no root file system at "${rootfsDir}"`,
      {
        hint: "Run node scripts/build.mjs rootfs",
      },
    );
  }
  mkdirSync(dirname(target), { recursive: true });
  // Beside it first, so that an interrupted copy is never taken for a whole one. cp keeps modes and links as they are.
  await run("rm", ["-rf", "--", `${target}.new`], { timeout: COPY_TIMEOUT_MS });
  await run("cp", ["-a", "--", rootfsDir, `${target}.new`], { timeout: COPY_TIMEOUT_MS });
  await run("mv", ["-T", "--", `${target}.new`, target], { timeout: COPY_TIMEOUT_MS });
}

/**
 * A learner who forgets `unshare --mount` would move the root of the machine itself. The kernel refuses that when the
 * mount above the new root is shared (man 2 pivot_root), so the working directory becomes such a mount. Under
 * `unshare --mount`, which makes its copies private, nothing of this is noticed.
 */
async function guardPivotRoot(workDir: string): Promise<void> {
  if (readMountinfo("self")?.some((mount) => mount.mountPoint === workDir)) return;
  await run("mount", ["--bind", "--", workDir, workDir], { timeout: COPY_TIMEOUT_MS });
  // Where the mount above is shared, the copy is its peer, and whatever is mounted in the lab would be there twice.
  await run("mount", ["--make-private", "--", workDir], { timeout: COPY_TIMEOUT_MS });
  await run("mount", ["--make-shared", "--", workDir], { timeout: COPY_TIMEOUT_MS });
}

/**
 * Lay out what a step begins with, the learner's values filled in; files that are there already are replaced only when
 * `again`.
 */
export function layStepFiles(step: Step, workDir: string, options: { again: boolean }): void {
  for (const { path, text } of step.files) {
    const target = join(workDir, path);
    if (existsSync(target) && !options.again) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
