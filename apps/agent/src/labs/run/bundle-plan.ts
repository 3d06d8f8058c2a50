/**
 * The plan of a bundle for the page: asks `glassrun plan` rather than planning in the agent, so that what is shown is
 * word for word what the learner gets in the terminal.
 */
import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { PlanView } from "@glassbox/protocol";
import { GlassboxError, messageOf } from "@glassbox/runtime/base";

const run = promisify(execFile);
/** Planning touches nothing and takes milliseconds; a busy machine gets some patience. */
const PLAN_TIMEOUT_MS = 10_000;
/** A plan has some hundred lines of a few hundred characters. */
const PLAN_MAX_BYTES = 4 * 1024 * 1024;

/** @throws GlassboxError "invalid argument" with what glassrun says of the bundle */
export async function bundlePlan(glassrun: string, workDir: string, path: string): Promise<PlanView> {
  const bundle = confinedBundle(workDir, path);
  try {
    const args = ["plan", "--format", "json", "--bundle", bundle];
    const { stdout } = await run(glassrun, args, { timeout: PLAN_TIMEOUT_MS, maxBuffer: PLAN_MAX_BYTES });
    return PlanView.parse(JSON.parse(stdout));
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : messageOf(cause);
    throw new GlassboxError("invalid argument", `Cannot plan the bundle "${path}": ${said}`, { cause });
  }
}

function confinedBundle(workDir: string, path: string): string {
  let bundle: string;
  try {
    bundle = realpathSync(join(workDir, path));
  } catch (cause) {
    throw new GlassboxError("not found", `There is no bundle "${path}" in the lab's directory`, { cause });
  }
  if (bundle !== workDir && !bundle.startsWith(`${workDir}/`)) {
    throw new GlassboxError("invalid argument", `"${path}" is outside the lab's directory`);
  }
  return bundle;
}
