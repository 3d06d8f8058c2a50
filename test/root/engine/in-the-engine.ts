/** A program for the small engine: asks, and prints what it is told. */
import { process } from "../../../packages/runtime/engine/node/process.ts";
import { sleepUntilNext } from "../../../packages/runtime/engine/node/timers.ts";
import { print } from "../../../packages/runtime/src/2-oci/cli/output.ts";
import { answers } from "./answers.ts";

function begin(): void {
  process.begin();
  answers(process.argv[2] ?? "").then((found) => {
    print(JSON.stringify(found));
    process.exit(0);
  });
}

Object.assign(globalThis, { begin, sleepUntilNext });
