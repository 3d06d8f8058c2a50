/**
 * What the image is made of: the command line of `glassrun` with all verbs loaded that it is quick with. The build
 * evaluates this file, which ends with the planner ready; the host (`host.c`) then calls `begin` in each process.
 */

import { COMMANDS } from "../src/2-oci/cli/commands.ts";
import { main } from "../src/2-oci/cli/main.ts";
import { readStanding } from "../src/2-oci/facts/standing.ts";
import { process } from "./node/process.ts";
import { becomeLargePlanner } from "./node/system.ts";
import { sleepUntilNext } from "./node/timers.ts";

/** What is called often, and needs no more than system calls. */
const QUICK = ["create", "delete", "exec", "kill", "list", "pause", "resume", "run", "start", "state"];

function begin(): void {
  process.begin();
  const { uid, inUserNamespace } = readStanding();
  // Without root, programs with more rights than ours map ids and ask systemd.
  if (uid !== 0 || inUserNamespace) becomeLargePlanner("way to start programs");
  main(process.argv.slice(2)).then((code) => process.exit(code));
}

for (const name of Object.keys(COMMANDS))
  if (!QUICK.includes(name)) COMMANDS[name] = () => becomeLargePlanner(`verb ${name}`);
Promise.all(QUICK.map((name) => COMMANDS[name]?.())).then(() => Object.assign(globalThis, { begin, sleepUntilNext }));
