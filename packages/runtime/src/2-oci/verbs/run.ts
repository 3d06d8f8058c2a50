/** `run`: create and start in one. In the foreground it stands for the container; with --detach it leaves it running. */
import { launch } from "./launch.ts";
import { LAUNCH_FLAGS, launchOptions, oneId } from "./launch-flags.ts";
import type { Verb } from "./verb.ts";

export const run: Verb = {
  args: "ID",
  readsRootless: true,
  summary: "create and start a container",
  flags: {
    ...LAUNCH_FLAGS,
    detach: { type: "boolean", short: "d", help: "leave the container running and return" },
    keep: { type: "boolean", help: "keep state and cgroups after the container has ended" },
    "no-subreaper": { type: "boolean", help: "accepted: this runtime never takes over orphans" },
  },
  run(context, values, args) {
    const id = oneId(args, "run");
    const mode = values.detach ? "detach" : "run";
    return launch(context, { ...launchOptions(values), id, mode, keep: values.keep === true });
  },
};
