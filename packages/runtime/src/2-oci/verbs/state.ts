/** `state`: a container's state as JSON (runtime-spec runtime.md, "State"). */
import { print } from "../cli/output.ts";
import { describe } from "../state/container-state.ts";
import { load } from "../state/store.ts";
import { oneId } from "./launch-flags.ts";
import type { Verb } from "./verb.ts";

export const state: Verb = {
  args: "ID",
  summary: "print the state of a container",
  flags: {},
  async run(context, _values, args) {
    const { stored, directory } = load(context.root, oneId(args, "state"));
    print(`${JSON.stringify(describe(stored, directory), null, 2)}\n`);
    return 0;
  },
};
