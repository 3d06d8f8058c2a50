/**
 * `npm start`: from a bare Debian or Ubuntu with Node to an address to open. Sets up what is missing, decides whether
 * the agent runs here or in the lab VM, starts it, and ends it properly on Ctrl-C. `--help` lists the options.
 */

import { checkMachine } from "./setup/machine.mjs";
import { choosePlace, readSigns } from "./setup/place.mjs";
import { buildAll, installPackages } from "./setup/prepare.mjs";
import { Progress, seconds } from "./setup/progress.mjs";
import { Refusal, runMain } from "./setup/refusal.mjs";
import { runAgentHere } from "./start/agent-here.mjs";
import { runAgentInVm } from "./start/agent-in-vm.mjs";
import { checkPort } from "./start/free-port.mjs";
import { help, readOptions } from "./start/options.mjs";

runMain(async () => {
  checkMachine();
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(help);
    return 0;
  }
  const { place, why } = choosePlace(options, readSigns());
  const other = place === "vm" ? "--here runs it on this machine itself" : "--vm runs it in a lab VM";
  console.log(`Glassbox will run ${place === "vm" ? "in a lab VM" : "here"}: ${why} (${other}).`);
  if (place === "here" && process.getuid?.() !== 0) {
    throw new Refusal("Cannot run Glassbox here: making containers needs root", "sudo npm start, or npm start -- --vm");
  }
  await checkPort(options.host, options.port);

  const progress = new Progress();
  const ask = !options.yes && Boolean(process.stdin.isTTY && process.stdout.isTTY);
  await installPackages(progress, { uses: place === "vm" ? ["build", "labs", "vm"] : ["build", "labs"], ask });
  await buildAll(progress);
  return await serve(place, options, progress);
});

/**
 * Run the agent until it ends or we are told to end.
 * @param {"here" | "vm"} place
 * @param {{ host: string, port: number }} options
 * @param {Progress} progress
 * @returns {Promise<number>} exit code
 */
async function serve(place, options, progress) {
  const told = untilToldToEnd();
  /** @type {import("./start/agent-here.mjs").RunningAgent | undefined} */
  let agent;
  let consoleLog = "";
  const started = progress.step(place === "vm" ? "Lab VM" : "Agent", async (say) => {
    if (place === "here") {
      agent = await runAgentHere(options);
      return "ready";
    }
    const inVm = await runAgentInVm(options, say);
    agent = inVm;
    consoleLog = inVm.consoleLog;
    return `agent ready, ${inVm.accelerator === "kvm" ? "with KVM" : "emulated: KVM does not work here"}`;
  });
  // Told to end while it starts: process.exit runs the handlers that kill what was started.
  const early = await Promise.race([started, told]);
  if (early || !agent) process.exit(early ?? 1);

  console.log(
    `\nReady after ${seconds(progress.elapsedMs()).trim()}. Open this address; it contains your key:\n\n  ${agent.url}\n`,
  );
  console.log(consoleLog ? `Ctrl-C ends it. The VM's console is kept in ${consoleLog}.` : "Ctrl-C ends it.");
  const code = await Promise.race([agent.ended, told]);
  if (code === TOLD_TO_END) {
    console.log("\nEnding ...");
    await agent.stop();
    return 0;
  }
  if (code !== 0) console.error(`The agent ended by itself with exit code ${code}.`);
  return code;
}

/** What shells give a program that Ctrl-C ended. */
const TOLD_TO_END = 130;

/** @returns {Promise<number>} {@link TOLD_TO_END}, once Ctrl-C was pressed, the terminal closed or a kill came */
function untilToldToEnd() {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve(TOLD_TO_END));
  });
}
