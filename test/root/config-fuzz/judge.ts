/** One configuration through the part of `create` that touches nothing: read, facts, plan, encode. What may come of it? */
import { GlassboxError } from "../../../packages/runtime/src/0-base/mod.ts";
import { encodePlan } from "../../../packages/runtime/src/1-kernel/plan/encode.ts";
import { gatherFacts } from "../../../packages/runtime/src/2-oci/facts/machine.ts";
import { planContainer } from "../../../packages/runtime/src/2-oci/plan/container.ts";
import { seccompProgram } from "../../../packages/runtime/src/2-oci/plan/seccomp-program.ts";
import { validateConfig } from "../../../packages/runtime/src/2-oci/spec/validate.ts";

export type Verdict = { kind: "planned" } | { kind: "refused" } | { kind: "finding"; what: string };

/** A field of config.json by its JSON pointer. */
const pointer = /(^|[\s"'(:;])\/(ociVersion|process|root|hostname|domainname|mounts|hooks|annotations|linux)\b/;
/** Of the processor's time, so that a busy machine does not count: a plain configuration takes a thousandth of it. */
const PATIENCE_MS = 2_000;

export function judge(json: unknown, bundle: string): Verdict {
  const before = process.cpuUsage();
  const verdict = judged(json, bundle);
  const { user, system } = process.cpuUsage(before);
  const tookMs = (user + system) / 1000;
  return tookMs > PATIENCE_MS ? { kind: "finding", what: `took ${Math.round(tookMs)} ms` } : verdict;
}

function judged(json: unknown, bundle: string): Verdict {
  try {
    const config = validateConfig(json, "config.json");
    const rootfs = `${bundle}/rootfs`;
    const facts = gatherFacts({ config, bundle, rootfs }, "fuzz");
    const profile = config.linux?.seccomp;
    const { plan } = planContainer({
      ...{ id: "fuzz", config, bundle, facts, mode: "create", startFifo: `${bundle}/fifo` },
      ...(profile ? { seccompProgram: seccompProgram(profile, facts.architecture) } : {}),
    });
    encodePlan(plan);
    return { kind: "planned" };
  } catch (thrown) {
    if (!(thrown instanceof GlassboxError)) return { kind: "finding", what: `crashed: ${(thrown as Error).stack}` };
    if (thrown.category === "internal") return { kind: "finding", what: `internal error: ${thrown.message}` };
    const named =
      pointer.test(`${thrown.message} ${thrown.hint ?? ""}`) ||
      json === null ||
      typeof json !== "object" ||
      Array.isArray(json);
    return named ? { kind: "refused" } : { kind: "finding", what: `names no field: ${thrown.message}` };
  }
}
