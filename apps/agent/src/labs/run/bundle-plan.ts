/**
 * The plan of a bundle for the page: the same that `glassrun plan` prints in the terminal, call by call. Planning reads
 * the bundle and the machine and touches nothing, so the agent does it itself.
 */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { PlanView } from "@glassbox/protocol";
import { GlassboxError } from "@glassbox/runtime/base";
import { printCall } from "@glassbox/runtime/kernel";
import { planBundle } from "@glassbox/runtime/oci";

/** @throws GlassboxError "not found" without such a bundle, "invalid argument" with what is wrong in its `config.json` */
export function bundlePlan(workDir: string, path: string): PlanView {
  const { plan } = planBundle(confinedBundle(workDir, path));
  return {
    programs: plan.programs.map(({ name, ops }) => ({
      name,
      ops: ops.map((op) => ({
        text: printCall(op, { abridged: true }),
        why: op.why,
        ...(op.from === undefined ? {} : { from: op.from }),
      })),
    })),
  };
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
