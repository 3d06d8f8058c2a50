/**
 * A runtime that is going to be killed: performs one verb in a process of its own. Either its plan stops where the order
 * says and the test kills it there, or it kills itself right before one of the changes that it makes without a plan.
 * Asked for them, it prints where each could be done.
 */
import { COMMANDS } from "../../../packages/runtime/src/2-oci/cli/commands.ts";
import { Log } from "../../../packages/runtime/src/2-oci/cli/log.ts";
import type { Values } from "../../../packages/runtime/src/2-oci/verbs/verb.ts";
import { watchChanges } from "./changes.ts";
import { type Stop, stopAt, syncPoints } from "./stops.ts";

export interface Order {
  verb: string;
  values: Values;
  args: string[];
  root: string;
  log: string;
  fifos: { reached: string; go: string };
  /** Stops are printed in place of performing the plan, changes after everything has been done. */
  print?: "stops" | "changes";
  /** Where in the plan to stop. */
  stop?: Stop;
  /** Before which change of its own to die, counted from 0. */
  lastChange?: number;
}

const order: Order = JSON.parse(process.argv[2] ?? "");
const load = COMMANDS[order.verb];
if (!load) throw new Error(`There is no verb "${order.verb}"`);
const { run } = await load();
const changes: string[] = [];
const log = new Log({ file: order.log, json: false, debug: false });
watchChanges((what) => {
  if (changes.length === order.lastChange) process.kill(process.pid, "SIGKILL");
  changes.push(what);
});
process.exitCode = await run(
  {
    root: order.root,
    log,
    alter(plan) {
      if (order.stop) return stopAt(plan, order.stop, order.fifos);
      if (order.print !== "stops") return plan;
      console.log(JSON.stringify(syncPoints(plan)));
      process.exit(0);
    },
  },
  order.values,
  order.args,
);
if (order.print === "changes") console.log(JSON.stringify(changes));
