/** `create`: make the container and leave it waiting, its program not yet started, for `start`. */
import { launch } from "./launch.ts";
import { LAUNCH_FLAGS, launchOptions, oneId } from "./launch-flags.ts";
import type { Verb } from "./verb.ts";

export const create: Verb = {
  args: "ID",
  readsRootless: true,
  summary: "create a container",
  flags: LAUNCH_FLAGS,
  run(context, values, args) {
    const id = oneId(args, "create");
    return launch(context, { ...launchOptions(values), id, mode: "create" });
  },
};
