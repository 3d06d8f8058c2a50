/** `start`: let a created container run its program. It waits at a FIFO; one byte sets it off. */
import { GlassboxError } from "../../0-base/mod.ts";
import { type StoredState, statusOf } from "../state/container-state.ts";
import { withLock } from "../state/lock.ts";
import { isAllowed } from "../state/operations.ts";
import { load, loadConfig } from "../state/store.ts";
import { loadHooks } from "./hooks.ts";
import { letStart, poststart } from "./hooks-in-time.ts";
import { oneId } from "./launch-flags.ts";
import type { Verb } from "./verb.ts";

export const start: Verb = {
  args: "ID",
  summary: "run the program of a created container",
  flags: {},
  async run(context, _values, args) {
    const id = oneId(args, "start");
    const { directory } = load(context.root, id);
    const config = loadConfig(directory);
    await loadHooks(config, ["startContainer", "poststart"]);
    await withLock(directory, async () => {
      const { stored } = load(context.root, id);
      checkCreated(stored, directory);
      try {
        await letStart(config, stored, directory);
      } catch (thrown) {
        // A `start` that was killed right after it had woken the container: only now has that become the program.
        if (statusOf(stored, directory) === "running") checkCreated(stored, directory);
        throw thrown;
      }
      await poststart(context, config, stored, directory);
    });
    return 0;
  },
};

function checkCreated(stored: StoredState, directory: string): void {
  const status = statusOf(stored, directory);
  if (isAllowed("start", status)) return;
  const what = status === "stopped" ? "a container that has stopped" : `an already ${status} container`;
  throw new GlassboxError("failed precondition", `cannot start ${what}`, {
    hint: `Container "${stored.id}" is ${status}, and only a created one can start`,
  });
}
