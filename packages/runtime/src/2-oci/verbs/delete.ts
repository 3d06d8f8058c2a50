/** `delete`: take away what a stopped container left; with --force end it first, and be content when it is gone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { GlassboxError, messageOf } from "../../0-base/mod.ts";
import type { Config } from "../spec/config.ts";
import { OCI_VERSION } from "../spec/version.ts";
import { statusOf } from "../state/container-state.ts";
import { withLock } from "../state/lock.ts";
import { isAllowed } from "../state/operations.ts";
import { DamagedState, directoryOf, forget, load, loadConfig } from "../state/store.ts";
import { killAll } from "./cleanup.ts";
import { finish } from "./finish.ts";
import { loadHooks } from "./hooks.ts";
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
    try {
      const { stored } = load(context.root, id);
      const config = configOf(context, directory);
      await loadHooks(config, ["poststop"]);
      // As with hooks: whatever starts programs is loaded before anything is changed.
      if (stored.unit !== undefined) await import("./systemd.ts");
      await whileLocked(directory, () => removeLocked(context, id, force, config));
    } catch (thrown) {
      if (thrown instanceof DamagedState && force) {
        const left = await (await import("./damaged.ts")).endDamaged(context, id, directory);
        context.log.warn(left === undefined ? thrown.message : `${thrown.message}, and ${left}`);
      } else if (existsSync(join(directory, "state.json"))) throw thrown;
      // Without a state nothing else was made yet, or nothing else is left: somebody was killed before, or at the very end.
      forget(directory);
      if (!force) throw thrown;
    }
    return 0;
  },
};

/** Where not even a lock can be made any more, deleting makes room for it. */
async function whileLocked(directory: string, work: () => Promise<void>): Promise<void> {
  let began = false;
  const begin = () => {
    began = true;
    return work();
  };
  try {
    await withLock(directory, begin);
  } catch (thrown) {
    if (began || (thrown as NodeJS.ErrnoException).code !== "ENOSPC") throw thrown;
    await work();
  }
}

async function removeLocked(context: Context, id: string, force: boolean, config: Config): Promise<void> {
  const { stored, directory } = load(context.root, id);
  const status = statusOf(stored, directory);
  if (!isAllowed("delete", status, force)) {
    throw new GlassboxError("failed precondition", `cannot delete container "${id}" that is not stopped: ${status}`, {
      hint: `glassrun kill ${id} KILL, or glassrun delete --force ${id}`,
    });
  }
  await killAll(stored);
  await finish(context, config, stored, directory);
}

/** Only its hooks are wanted here, and without them everything else can go all the same. */
function configOf(context: Context, directory: string): Config {
  try {
    return loadConfig(directory);
  } catch (thrown) {
    context.log.warn(`Cannot tell whether there are poststop hooks: ${messageOf(thrown)}`);
    return { ociVersion: OCI_VERSION };
  }
}
