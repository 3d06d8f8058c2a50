/**
 * A runtime that is going to be killed: performs one verb in a process of its own, with its plan stopped where the test
 * says. Without a stop it prints where one could be.
 */
import { Log } from "../../../packages/runtime/src/2-oci/cli/log.ts";
import { launch } from "../../../packages/runtime/src/2-oci/verbs/launch.ts";
import type { Context } from "../../../packages/runtime/src/2-oci/verbs/verb.ts";
import { type Stop, stopAt, syncPoints } from "./stops.ts";

export interface Order {
  verb: "create" | "run";
  id: string;
  bundle: string;
  root: string;
  log: string;
  stop?: Stop;
  fifos: { reached: string; go: string };
}

const order: Order = JSON.parse(process.argv[2] ?? "");
const { verb, id, bundle, root, stop, fifos } = order;
const context: Context = {
  root,
  log: new Log({ file: order.log, json: false, debug: false }),
  alter(plan) {
    if (stop) return stopAt(plan, stop, fifos);
    console.log(JSON.stringify(syncPoints(plan)));
    process.exit(0);
  },
};
process.exitCode = await launch(context, { id, bundle, mode: verb });
