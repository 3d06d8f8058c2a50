/**
 * Making a container, for `create` and `run` alike: reserve its id, plan, perform, write down what was made. What fails
 * half-way is taken back, newest first. What exists on disk at any moment is enough for `delete --force` to clean up
 * after a runtime that was killed.
 */
import { join } from "node:path";
import { GlassboxError, Rollback } from "../../0-base/mod.ts";
import {
  exitCodeOf,
  handOver,
  hasWaitingSysrun,
  performPlan,
  readCgroupLayout,
  SyscallError,
} from "../../1-kernel/mod.ts";
import { gatherFacts } from "../facts/machine.ts";
import { planContainer } from "../plan/container.ts";
import { needsMapPrograms } from "../plan/namespaces.ts";
import { readBundle } from "../spec/bundle.ts";
import type { Config } from "../spec/config.ts";
import { describe, HOOKS_FIFO, MAPS_FIFO, START_FIFO, type StoredState } from "../state/container-state.ts";
import { identify } from "../state/process-identity.ts";
import { forget, reserve, save, saveConfig } from "../state/store.ts";
import { killAll, removeCgroups } from "./cleanup.ts";
import { finish } from "./finish.ts";
import { hasHooks, runHooks } from "./hooks.ts";
import { poststart, runCreateHooks } from "./hooks-in-time.ts";
import { type LaunchOptions, listening } from "./launch-flags.ts";
import { mapIds } from "./map-ids.ts";
import { type Bundle, checkTerminal, checkUnused, newState } from "./new-container.ts";
import { writePidFile } from "./pid-file.ts";
import { forwardSignals } from "./signals.ts";
import { startErrorText } from "./start-error.ts";
import type { Context } from "./verb.ts";
import { wake } from "./wake.ts";

/** @returns the exit code: of the container's process in mode `run`, else 0 */
export async function launch(context: Context, options: LaunchOptions): Promise<number> {
  const bundle = readBundle(options.bundle);
  checkTerminal(bundle.config, options);
  const directory = reserve(context.root, options.id);
  const rollback = new Rollback();
  rollback.add(`state of container "${options.id}"`, () => forget(directory));
  try {
    return await perform(context, options, { bundle, directory, rollback });
  } catch (thrown) {
    const undoFailures = await rollback.undo();
    throw asLaunchError(thrown, undoFailures);
  }
}

interface Launching {
  bundle: Bundle;
  directory: string;
  rollback: Rollback;
}

async function perform(context: Context, options: LaunchOptions, launching: Launching): Promise<number> {
  const { bundle, directory, rollback } = launching;
  const { id, mode } = options;
  const { config } = bundle;
  const layout = readCgroupLayout();
  const scope = context.systemdCgroup
    ? await (await import("./systemd.ts")).openScope(config, id, (message) => context.log.warn(message))
    : undefined;
  if (scope) rollback.add(`unit "${scope.unit}"`, scope.release);
  const facts = gatherFacts({ config, bundle: bundle.path, rootfs: bundle.rootfs }, id, {
    layout,
    rootless: context.rootless,
    cgroupsPath: scope?.cgroupsPath,
  });
  const mapsFifo = needsMapPrograms({ config, facts }) ? join(directory, MAPS_FIFO) : undefined;
  const hooksWait = hasHooks(config, ["prestart", "createRuntime", "createContainer"]);
  checkUnused(facts.cgroups, scope?.holder);
  const starts = hasHooks(config, ["startContainer"]);
  const worksMeanwhile = mapsFifo || scope || hooksWait || starts || hasHooks(config, ["poststart", "poststop"]);
  // The word that it has become the program comes by a descriptor that must not be one of the caller's.
  const leaves =
    mode === "run" &&
    !worksMeanwhile &&
    !options.keep &&
    !options.preserveFds &&
    hasWaitingSysrun() &&
    endsWithItsFirst(config);
  const { plan, warnings } = planContainer({
    id,
    config,
    bundle: bundle.path,
    facts,
    mode,
    startFifo: join(directory, START_FIFO),
    ...(leaves ? { tidies: directory } : {}),
    ...(hooksWait ? { hooksFifo: join(directory, HOOKS_FIFO) } : {}),
    ...(mapsFifo ? { mapsFifo } : {}),
    ...(options.consoleSocket ? { consoleSocket: options.consoleSocket } : {}),
    ...(options.pidfdSocket ? { pidfdSocket: options.pidfdSocket } : {}),
    preserveFds: options.preserveFds ?? 0,
    listenFds: listening(),
    noPivot: options.noPivot ?? false,
    noNewKeyring: options.noNewKeyring ?? false,
  });
  for (const warning of warnings) context.log.warn(warning);

  const stored: StoredState = { ...newState(id, bundle, facts.cgroups), ...(scope ? { unit: scope.unit } : {}) };
  saveConfig(directory, config);
  save(directory, stored);
  rollback.add("processes and cgroups", async () => {
    await killAll(stored);
    await removeCgroups(stored);
  });

  let stopForwarding = () => {};
  const known = (pid: number) => {
    if (stored.init) return;
    // A process that ended already has no start time to be known by, and needs none.
    stored.init = identify(pid) ?? { pid, startTime: 0 };
    save(directory, stored);
    // The container's process is in the scope, and keeps it from now on; a failure to end the other one is not its.
    // On v1 it may not be in there yet: then the other one stays until the plan has been performed.
    if (layout.mode === "v2") void scope?.release();
    if (mode === "run" && !options.keepSignals) stopForwarding = forwardSignals(pid);
    if (options.pidFile) writePidFile(options.pidFile, pid);
  };
  const startHooked = async () => {
    await runHooks("startContainer", { config, state: describe(stored, directory), directory });
    wake(join(directory, START_FIFO), id);
    await poststart(context, config, stored, directory);
  };
  const afterMounts = async () => {
    await runCreateHooks(config, stored, directory);
    if (mode === "run" && !starts) await poststart(context, config, stored, directory);
  };
  // What is due each time the plan says something: where it waits for its ids, that the process is there, where it waits for hooks.
  const moments: Array<() => Promise<void>> = [
    ...(mapsFifo ? [() => mapIds(config, stored.init?.pid ?? 0, mapsFifo)] : []),
    async () => (mode === "run" && !hooksWait && !starts ? poststart(context, config, stored, directory) : undefined),
    ...(hooksWait ? [afterMounts] : []),
    ...(mode === "run" && starts ? [startHooked] : []),
  ];
  const stop = new AbortController();
  let hookFailure: unknown;
  let hooksRun: Promise<void> = Promise.resolve();
  let told = 0;
  try {
    const { results } = await performPlan(context.alter?.(plan) ?? plan, {
      // Without a signal nothing here goes on while the plan is performed, and it costs less.
      ...(worksMeanwhile ? { signal: stop.signal } : {}),
      ...(options.onTrace ? { onTrace: options.onTrace } : {}),
      failAt: options.failAt,
      descriptors: Array.from({ length: options.preserveFds ?? 0 }, (_, index) => 3 + index),
      onTold: ({ init = 0 }) => {
        known(init);
        if (leaves && told > 0) {
          handOver(init, directory);
          return "leave";
        }
        const due = moments[told++];
        hooksRun = hooksRun
          .then(() => due?.())
          .catch((thrown) => {
            hookFailure ??= thrown;
            stop.abort();
          });
      },
    })
      // No hook may still be at work when its container is taken back, or removed.
      .finally(() => hooksRun)
      .catch((thrown) => Promise.reject(isCause(thrown) ? thrown : (hookFailure ?? thrown)));
    known(results.init ?? 0);
    await scope?.release();
    if (mode !== "run") {
      if (mode === "detach") await (starts ? startHooked() : poststart(context, config, stored, directory));
      rollback.keep();
      return 0;
    }
    rollback.keep();
    if (leaves) return 0;
    const code = exitCodeOf(results.status ?? 0);
    if (!options.keep) await finish(context, config, stored, directory);
    return code;
  } finally {
    stopForwarding();
  }
}

/** In a pid namespace of its own, all its processes end with its first. */
function endsWithItsFirst(config: Config): boolean {
  return config.linux?.namespaces?.some(({ type, path }) => type === "pid" && path === undefined) ?? false;
}

/**
 * When a hook and the plan both failed: did the hook find the container gone because the kernel refused one of its calls?
 * Else the plan ended because of the hook.
 */
function isCause(thrown: unknown): boolean {
  return thrown instanceof SyscallError && thrown.errno !== undefined;
}

function asLaunchError(thrown: unknown, undoFailures: Error[]): unknown {
  if (!(thrown instanceof GlassboxError)) return thrown;
  const text = startErrorText(thrown);
  const about = text.startsWith("exec: ") ? `unable to start container process: ${text}` : text;
  const program =
    thrown instanceof SyscallError && thrown.op.call === "execve"
      ? `unable to start container process: ${about}`
      : about;
  return new GlassboxError(thrown.category, program, {
    ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
    cause: thrown,
    undoFailures,
  });
}
