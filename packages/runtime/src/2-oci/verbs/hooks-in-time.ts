/** When hooks are due that the runtime itself runs, at the two ends of a container's making. How one is run: `hooks.ts`. */
import { join } from "node:path";
import { messageOf } from "../../0-base/mod.ts";
import type { Config } from "../spec/config.ts";
import { describe, HOOKS_FIFO, START_FIFO, type StoredState } from "../state/container-state.ts";
import { hasHooks, runHooks } from "./hooks.ts";
import type { Context } from "./verb.ts";
import { wake } from "./wake.ts";
import { writeToFifo } from "./write-to-fifo.ts";

/** Due between a container's mounts and the change of its root; the plan waits for them. */
export const CREATE_HOOKS = ["prestart", "createRuntime", "createContainer"] as const;

/** The container has its mounts and waits; when the last hook is through, it is told to go on. */
export async function runCreateHooks(config: Config, stored: StoredState, directory: string): Promise<void> {
  const state = { ...describe(stored, directory), status: "creating" as const };
  for (const kind of CREATE_HOOKS) {
    await runHooks(kind, { config, state, directory });
  }
  writeToFifo(join(directory, HOOKS_FIFO));
}

/** The container is created and waits; when the hooks before its program are through, it is told to become the program. */
export async function letStart(config: Config, stored: StoredState, directory: string): Promise<void> {
  await runHooks("startContainer", { config, state: describe(stored, directory), directory });
  wake(join(directory, START_FIFO), stored.id);
}

/** The spec has a failing poststart hook warned about and nothing else. */
export async function poststart(
  context: Context,
  config: Config,
  stored: StoredState,
  directory: string,
): Promise<void> {
  if (!hasHooks(config, ["poststart"])) return;
  try {
    await runHooks("poststart", { config, state: describe(stored, directory), directory });
  } catch (thrown) {
    context.log.warn(messageOf(thrown));
  }
}
