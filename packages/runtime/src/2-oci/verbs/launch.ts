/**
 * Making a container, for `create` and `run` alike: reserve its id, plan, perform, write down what was made. What fails
 * half-way is taken back, newest first. What exists on disk at any moment is enough for `delete --force` to clean up
 * after a runtime that was killed. What others do for it while the plan is performed: `moments.ts`.
 */
import { join } from "node:path";
import { GlassboxError, Rollback } from "../../0-base/mod.ts";
import {
  type CgroupMode,
  exitCodeOf,
  handOver,
  hasWaitingSysrun,
  type Plan,
  performPlan,
  readCgroupLayout,
  SyscallError,
} from "../../1-kernel/mod.ts";
import { gatherFacts } from "../facts/machine.ts";
import { planContainer } from "../plan/container.ts";
import { needsMapPrograms } from "../plan/namespaces.ts";
import { type Bundle, readBundle } from "../spec/bundle.ts";
import { type Config, HOOK_KINDS } from "../spec/config.ts";
import { HOOKS_FIFO, KNOWN_FIFO, MAPS_FIFO, START_FIFO, type StoredState } from "../state/container-state.ts";
import { identify } from "../state/process-identity.ts";
import { cachedProgram } from "../state/seccomp-cache.ts";
import { forget, reserve, save, saveConfig } from "../state/store.ts";
import { killAll, removeCgroups } from "./cleanup.ts";
import { finish } from "./finish.ts";
import { hasHooks, loadHooks } from "./hooks.ts";
import { CREATE_HOOKS, letStart, poststart } from "./hooks-in-time.ts";
import { checkTerminal, type LaunchOptions, listening } from "./launch-flags.ts";
import { dueMoments, Moments } from "./moments.ts";
import { checkUnused, newState } from "./new-container.ts";
import { writePidFile } from "./pid-file.ts";
import { forwardSignals } from "./signals.ts";
import { startErrorText } from "./start-error.ts";
import type { OpenScope } from "./systemd.ts";
import type { Context } from "./verb.ts";
import { writeToFifo } from "./write-to-fifo.ts";

/** @returns the exit code: of the container's process in mode `run`, else 0 */
export async function launch(context: Context, options: LaunchOptions): Promise<number> {
  const bundle = readBundle(options.bundle);
  checkTerminal(bundle.config.process?.terminal ?? false, options.mode !== "run", options.consoleSocket);
  await loadHooks(bundle.config, HOOK_KINDS);
  if (context.systemdCgroup) await import("./systemd.ts");
  const directory = reserve(context.root, options.id);
  const rollback = new Rollback();
  rollback.add(`state of container "${options.id}"`, () => forget(directory));
  try {
    const launching = { bundle, directory, rollback };
    return await perform(context, options, launching, await prepare(context, options, launching));
  } catch (thrown) {
    const undoFailures = await rollback.undo();
    throw asLaunchError(thrown, undoFailures);
  }
}

/** What making a container stands on: its bundle, its state directory, and how to take all of it back. */
interface Launching {
  bundle: Bundle;
  directory: string;
  rollback: Rollback;
}

/** What is settled, and written down, before the first call of the plan. */
interface Prepared {
  plan: Plan;
  stored: StoredState;
  cgroupMode: CgroupMode;
  scope: OpenScope | undefined;
  /** Where the plan waits until its process is written down. */
  knownFifo: string | undefined;
  /** Where the plan waits for ids that set-user-id programs map. */
  mapsFifo: string | undefined;
  /** Something is done here while the plan is performed. */
  worksMeanwhile: boolean;
  /** Nothing is left to do here once the program runs, so nobody has to stand by. */
  leaves: boolean;
}

async function prepare(context: Context, options: LaunchOptions, launching: Launching): Promise<Prepared> {
  const { bundle, directory, rollback } = launching;
  const { id, mode } = options;
  const { config } = bundle;
  const layout = readCgroupLayout();
  const scope = context.systemdCgroup ? await (await import("./systemd.ts")).openScope(config, id) : undefined;
  if (scope) rollback.add(`unit "${scope.unit}"`, scope.release);
  const facts = gatherFacts({ config, bundle: bundle.path, rootfs: bundle.rootfs }, id, {
    layout,
    rootless: context.rootless,
    cgroupsPath: scope?.cgroupsPath,
  });
  checkUnused(facts.cgroups, scope?.holder);
  const mapsFifo = needsMapPrograms({ config, facts }) ? join(directory, MAPS_FIFO) : undefined;
  const knownFifo = facts.cgroups.length === 0 ? join(directory, KNOWN_FIFO) : undefined;
  const worksMeanwhile = mapsFifo !== undefined || scope !== undefined || hasHooks(config, HOOK_KINDS);
  const leaves = !worksMeanwhile && mayLeave(options, config);
  const profile = config.linux?.seccomp;
  const { plan, warnings } = planContainer({
    id,
    config,
    bundle: bundle.path,
    facts,
    mode,
    startFifo: join(directory, START_FIFO),
    ...(leaves ? { tidies: directory } : {}),
    ...(knownFifo ? { knownFifo } : {}),
    ...(hasHooks(config, CREATE_HOOKS) ? { hooksFifo: join(directory, HOOKS_FIFO) } : {}),
    ...(mapsFifo ? { mapsFifo } : {}),
    ...(options.consoleSocket ? { consoleSocket: options.consoleSocket } : {}),
    ...(options.pidfdSocket ? { pidfdSocket: options.pidfdSocket } : {}),
    preserveFds: options.preserveFds ?? 0,
    listenFds: listening(),
    noPivot: options.noPivot ?? false,
    noNewKeyring: options.noNewKeyring ?? false,
    ...(profile ? { seccompProgram: await cachedProgram(context.root, profile, facts.architecture) } : {}),
  });
  for (const warning of warnings) context.log.warn(warning);

  const stored: StoredState = {
    ...newState(id, bundle, facts),
    ...(scope ? { unit: scope.unit } : {}),
    ...(options.noNewKeyring ? { noNewKeyring: true } : {}),
  };
  saveConfig(directory, config);
  save(directory, stored);
  rollback.add("processes and cgroups", async () => {
    await killAll(stored);
    await removeCgroups(stored);
  });
  return { plan, stored, cgroupMode: layout.mode, scope, knownFifo, mapsFifo, worksMeanwhile, leaves };
}

/** The word that it has become the program comes by a descriptor, which must not be one of the caller's. */
function mayLeave({ mode, keep, preserveFds }: LaunchOptions, config: Config): boolean {
  const tidied = config.linux?.intelRdt === undefined;
  return mode === "run" && !keep && !preserveFds && hasWaitingSysrun() && endsWithItsFirst(config) && tidied;
}

/** In a pid namespace of its own, all its processes end with its first. */
function endsWithItsFirst(config: Config): boolean {
  return config.linux?.namespaces?.some(({ type, path }) => type === "pid" && path === undefined) ?? false;
}

async function perform(
  context: Context,
  options: LaunchOptions,
  { bundle: { config }, directory, rollback }: Launching,
  { plan, stored, cgroupMode, scope, knownFifo, mapsFifo, worksMeanwhile, leaves }: Prepared,
): Promise<number> {
  const { mode } = options;
  const moments = new Moments(dueMoments({ context, config, stored, directory, mode, mapsFifo }));
  let stopForwarding = () => {};
  const meet = (pid: number) => {
    if (stored.init) return;
    // A process that ended already has no start time to be known by, and needs none.
    stored.init = identify(pid) ?? { pid, startTime: 0 };
    save(directory, stored);
    // The container's process is in the scope, and keeps it from now on; a failure to end the other one is not its.
    // On v1 it may not be in there yet: then the other one stays until the plan has been performed.
    if (cgroupMode === "v2") void scope?.release();
    if (mode === "run" && !options.keepSignals) stopForwarding = forwardSignals(pid);
    if (options.pidFile) writePidFile(options.pidFile, pid);
    if (knownFifo) writeToFifo(knownFifo);
  };
  let told = 0;
  try {
    const { results } = await performPlan(context.alter?.(plan) ?? plan, {
      // Without a signal nothing here goes on while the plan is performed, and it costs less.
      ...(worksMeanwhile ? { signal: moments.signal } : {}),
      ...(options.onTrace ? { onTrace: options.onTrace } : {}),
      awaited: knownFifo !== undefined,
      failAt: options.failAt,
      descriptors: Array.from({ length: options.preserveFds ?? 0 }, (_, index) => 3 + index),
      onTold: ({ init = 0 }) => {
        meet(init);
        // First it says who it is, and then that it has become the program.
        if (leaves && told++ > 0) {
          handOver(init, directory);
          return "leave";
        }
        moments.next();
      },
    })
      // No hook may still be at work when its container is taken back, or removed.
      .finally(() => moments.through())
      .catch((thrown) => Promise.reject(moments.causeOf(thrown)));
    meet(results.init ?? 0);
    await scope?.release();
    if (mode === "detach") {
      if (hasHooks(config, ["startContainer"])) await letStart(config, stored, directory);
      await poststart(context, config, stored, directory);
    }
    rollback.keep();
    if (mode !== "run" || leaves) return 0;
    const code = exitCodeOf(results.status ?? 0);
    if (!options.keep) await finish(context, config, stored, directory);
    return code;
  } finally {
    stopForwarding();
  }
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
