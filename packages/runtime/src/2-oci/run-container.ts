/**
 * `glassrun run` as a function, for a program that goes on afterwards and may run many: no process of the runtime's own
 * is started but sysrun, and the planner is warm. Signals stay the caller's own.
 */
import { resolve } from "node:path";
import type { TracedCall } from "../1-kernel/mod.ts";
import { Log } from "./cli/log.ts";
import { DEFAULT_ROOT } from "./state/store.ts";
import { launch } from "./verbs/launch.ts";

export interface RunContainerOptions {
  id: string;
  /** Directory of container states. @default /run/glassrun */
  root?: string;
  /** Called after each call that was made. Asking for it makes each of them slower. */
  onTrace?: (call: TracedCall) => void;
}

/**
 * Run a bundle from nothing to nothing, with the caller's standard streams. Warnings go to standard error.
 * @returns the exit code of the container's process
 * @throws GlassboxError for a bundle that cannot be read or run; what was made of it is taken away again
 */
export function runContainer(bundlePath: string, options: RunContainerOptions): Promise<number> {
  const context = { root: options.root ?? DEFAULT_ROOT, log: new Log({ json: false, debug: false }) };
  return launch(context, {
    id: options.id,
    bundle: resolve(bundlePath),
    mode: "run",
    keepSignals: true,
    ...(options.onTrace ? { onTrace: options.onTrace } : {}),
  });
}
