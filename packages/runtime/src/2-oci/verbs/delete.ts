/** `delete`: take away what a stopped container left; with --force end it first, and be content when it is gone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import { statusOf } from "../state/container-state.ts";
import { withLock } from "../state/lock.ts";
import { isAllowed } from "../state/operations.ts";
import { directoryOf, forget, load, loadConfig } from "../state/store.ts";
import { killAll } from "./cleanup.ts";
import { finish } from "./finish.ts";
import { oneId } from "./launch-flags.ts";
import type { Context, Verb } from "./verb.ts";

export const remove: Verb = {
  args: "ID",
  summary: "delete a container",
  flags: { force: { type: "boolean", short: "f", help: "end the container first if it runs" } },
  async run(context, values, args) {
    const id = oneId(args, "delete");
    const force = values.force === true;
    const directory = directoryOf(context.root, id);
    if (force && !existsSync(join(directory, "state.json"))) {
      // Nothing there, or a runtime was killed before it wrote anything down: then nothing else was made either.
      forget(directory);
      return 0;
    }
    load(context.root, id);
    await withLock(directory, () => removeLocked(context, id, force));
    return 0;
  },
};

async function removeLocked(context: Context, id: string, force: boolean): Promise<void> {
  const { stored, directory } = load(context.root, id);
  const status = statusOf(stored, directory);
  if (!isAllowed("delete", status, force)) {
    throw new GlassboxError("failed precondition", `cannot delete container "${id}" that is not stopped: ${status}`, {
      hint: `glassrun kill ${id} KILL, or glassrun delete --force ${id}`,
    });
  }
  await killAll(stored);
  const config = existsSync(join(directory, "config.json")) ? loadConfig(directory) : undefined;
  await finish(context, config ?? { ociVersion: "1.0.2" }, stored, directory);
}
