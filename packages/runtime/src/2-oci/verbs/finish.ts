/** The end of a container: everything of it goes, and then the caller's poststop hooks run. */
import { messageOf } from "../../0-base/mod.ts";
import type { Config } from "../spec/config.ts";
import { describe, type StoredState } from "../state/container-state.ts";
import { forget } from "../state/store.ts";
import { killAll, removeCgroups } from "./cleanup.ts";
import { runHooks } from "./hooks.ts";
import type { Context } from "./verb.ts";

/** After the container's process has ended: others it left behind, its cgroups, its state, and at last its hooks. */
export async function finish(context: Context, config: Config, stored: StoredState, directory: string): Promise<void> {
  const state = { ...describe(stored, directory), status: "stopped" as const };
  await killAll(stored);
  await removeCgroups(stored);
  forget(directory);
  for (const hook of config.hooks?.poststop ?? []) {
    try {
      await runHooks("poststop", {
        config: { ...config, hooks: { poststop: [hook] } },
        state,
        directory: context.root,
      });
    } catch (thrown) {
      context.log.warn(messageOf(thrown));
    }
  }
}
