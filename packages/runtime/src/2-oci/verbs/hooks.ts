/**
 * Hooks: programs of the caller's that run at fixed points of a container's life, with its state on standard input
 * (runtime-spec config.md, "POSIX-platform Hooks"). Some run on the host, some in the container's namespaces.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import type { Config, HookKind } from "../spec/config.ts";
import type { ContainerState } from "../state/container-state.ts";

/** Whose namespaces each kind runs in, in the order they come in a container's life. */
export const HOOK_PLACE: Record<HookKind, "host" | "container"> = {
  prestart: "host",
  createRuntime: "host",
  createContainer: "container",
  startContainer: "container",
  poststart: "host",
  poststop: "host",
};

export interface HookRun {
  config: Config;
  /** Sent to each hook. */
  state: ContainerState;
  /** The container's state directory. */
  directory: string;
}

/** @throws GlassboxError with the words that callers look for, for the first hook that fails */
export async function runHooks(kind: HookKind, run: HookRun): Promise<void> {
  for (const [index, hook] of (run.config.hooks?.[kind] ?? []).entries()) {
    const { runHook } = await import("./run-hook.ts");
    const failure = await runHook(HOOK_PLACE[kind], hook, run);
    if (failure === undefined) continue;
    throw new GlassboxError(
      "failed precondition",
      `error running hook #${index}: error running ${kind} hook "${hook.path}": ${failure}`,
      {
        hint: `See /hooks/${kind}/${index} in config.json, and try the program by hand`,
      },
    );
  }
}

/**
 * Loads what runs hooks, if there are any. Whoever may run some does this before anything is changed: the small engine
 * (`engine/`) has no way to run them, finds that out here, and leaves the whole command to another program.
 */
export async function loadHooks(config: Config, kinds: readonly HookKind[]): Promise<void> {
  if (hasHooks(config, kinds)) await import("./run-hook.ts");
}

export function hasHooks(config: Config, kinds: readonly HookKind[]): boolean {
  return kinds.some((kind) => (config.hooks?.[kind]?.length ?? 0) > 0);
}
