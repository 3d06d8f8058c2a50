/** `pause` and `resume`: stop every process of a container where it stands, and let it go on. */
import { GlassboxError } from "../../0-base/mod.ts";
import { freeze, thaw } from "../../1-kernel/mod.ts";
import { statusOf } from "../state/container-state.ts";
import { withLock } from "../state/lock.ts";
import { isAllowed } from "../state/operations.ts";
import { load } from "../state/store.ts";
import { oneId } from "./launch-flags.ts";
import type { Context, Verb } from "./verb.ts";

export const pause: Verb = {
  args: "ID",
  readsRootless: true,
  summary: "freeze all processes of a container",
  flags: {},
  run: (context, _values, args) =>
    whileLocked(context, oneId(args, "pause"), async ({ stored, status }) => {
      if (!isAllowed("pause", status))
        throw new GlassboxError(
          "failed precondition",
          `cannot pause a container that is ${status}: container not running`,
        );
      await freeze(stored.cgroups);
    }),
};

export const resume: Verb = {
  args: "ID",
  readsRootless: true,
  summary: "let all processes of a paused container go on",
  flags: {},
  run: (context, _values, args) =>
    whileLocked(context, oneId(args, "resume"), async ({ stored, status }) => {
      if (!isAllowed("resume", status))
        throw new GlassboxError(
          "failed precondition",
          `cannot resume a container that is ${status}: container not paused`,
        );
      thaw(stored.cgroups);
    }),
};

interface Loaded {
  stored: ReturnType<typeof load>["stored"];
  status: ReturnType<typeof statusOf>;
}

async function whileLocked(context: Context, id: string, work: (loaded: Loaded) => Promise<void>): Promise<number> {
  const { directory } = load(context.root, id);
  await withLock(directory, async () => {
    const { stored } = load(context.root, id);
    await work({ stored, status: statusOf(stored, directory) });
  });
  return 0;
}
