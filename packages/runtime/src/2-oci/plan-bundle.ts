/** From a bundle on disk to its plan on this machine, without performing anything: what the page and `plan` show. */
import { basename, join } from "node:path";
import { gatherFacts } from "./facts/machine.ts";
import { type ContainerPlan, planContainer } from "./plan/container.ts";
import type { PlanRequest } from "./plan/planning.ts";
import { seccompProgram } from "./plan/seccomp-program.ts";
import { readBundle } from "./spec/bundle.ts";
import { HOOKS_FIFO, KNOWN_FIFO, START_FIFO } from "./state/container-state.ts";
import { DEFAULT_ROOT } from "./state/store.ts";

export interface PlanBundleOptions {
  /** @default the bundle directory's name */
  id?: string;
  /** @default "run" */
  mode?: PlanRequest["mode"];
  /** Directory of container states. @default /run/glassrun */
  root?: string;
}

/** @throws GlassboxError for a bundle that cannot be read, is not valid, or asks for what cannot be done */
export function planBundle(bundlePath: string, options: PlanBundleOptions = {}): ContainerPlan {
  const bundle = readBundle(bundlePath);
  const id = options.id ?? (basename(bundle.path).replace(/[^\w+.-]/g, "-") || "container");
  const directory = join(options.root ?? DEFAULT_ROOT, id);
  const { config } = bundle;
  const hooks = config.hooks ?? {};
  const waits = [hooks.prestart, hooks.createRuntime, hooks.createContainer].some((list) => list?.length);
  const facts = gatherFacts({ config, bundle: bundle.path, rootfs: bundle.rootfs }, id);
  const profile = config.linux?.seccomp;
  return planContainer({
    id,
    config,
    bundle: bundle.path,
    facts,
    ...(profile ? { seccompProgram: seccompProgram(profile, facts.architecture) } : {}),
    mode: options.mode ?? "run",
    startFifo: join(directory, START_FIFO),
    ...(facts.cgroups.length === 0 ? { knownFifo: join(directory, KNOWN_FIFO) } : {}),
    ...(waits ? { hooksFifo: join(directory, HOOKS_FIFO) } : {}),
  });
}
