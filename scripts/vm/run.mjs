/**
 * `node scripts/vm/run.mjs [--timeout SECONDS] [--kernel PARAMETERS] -- COMMAND [ARGUMENT...]`: boot the lab VM, run one command in it from
 * this checkout, pass its output on, and end with its exit code. This is how cgroup v2 is tested on a v1 machine.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { root } from "../setup/paths.mjs";
import { Refusal, runMain } from "../setup/refusal.mjs";
import { bootVm } from "./boot.mjs";
import { shellQuote } from "./shell-quote.mjs";

/** Emulated, everything takes five to twenty times as long. */
const DEFAULT_TIMEOUT_SECONDS = 600;

/**
 * @param {string[]} command
 * @param {{ timeoutSeconds?: number, onOutput?: (chunk: Buffer) => void, onProgress?: (text: string) => void,
 *   onResult?: (text: string) => void, environment?: Record<string, string>, yielding?: boolean,
 *   kernelParameters?: string }} [options]
 * @returns {Promise<number>} its exit code
 * @throws {Refusal} when the VM did not come up, or the time was up
 */
export async function runInVm(command, options = {}) {
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, onProgress = () => {} } = options;
  /** @type {number | undefined} */
  let exitCode;
  let failure = "";
  const vm = await bootVm({
    name: `run-${process.pid}`,
    mainScript: mainScript(command, options.environment ?? {}),
    yielding: options.yielding ?? false,
    kernelParameters: options.kernelParameters ?? "",
    onOutput: options.onOutput ?? ((chunk) => process.stdout.write(chunk)),
    onWord: (word, text) => {
      if (word === "progress") onProgress(text);
      if (word === "result") options.onResult?.(text);
      if (word === "failed") failure = text;
      if (word === "exit") exitCode = Number(text);
    },
  });
  const onSignal = () => void vm.stop();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void vm.stop();
  }, timeoutSeconds * 1000);
  try {
    await vm.ended;
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
  if (late)
    throw new Refusal(`The command in the lab VM was not done after ${timeoutSeconds} s`, `See ${vm.consoleLog}`);
  if (exitCode === undefined) {
    throw new Refusal(`The lab VM ended before the command did${failure && `: ${failure}`}`, `See ${vm.consoleLog}`);
  }
  rmSync(path.dirname(vm.consoleLog), { recursive: true, force: true });
  return exitCode;
}

/** @param {string[]} command @param {Record<string, string>} environment */
function mainScript(command, environment) {
  const exports = { PATH: process.env.PATH ?? "", HOME: "/root", TERM: "dumb", GLASSBOX_IN_VM: "1", ...environment };
  return `#!/bin/sh
${Object.entries(exports)
  .map(([name, value]) => `export ${name}=${shellQuote(value)}`)
  .join("\n")}
cd ${shellQuote(root)}
${command.map(shellQuote).join(" ")} >/dev/ttyS1 2>&1 </dev/null
printf '\\036glassbox exit %s\\n' "$?" >/dev/ttyS1
/run/glassbox-vm/busybox sleep 0.2
/run/glassbox-vm/busybox poweroff -f
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  runMain(async () => {
    const args = process.argv.slice(2);
    const separator = args.indexOf("--");
    const command = separator === -1 ? args : args.slice(separator + 1);
    const own = separator === -1 ? [] : args.slice(0, separator);
    if (command.length === 0) {
      throw new Refusal(
        "No command to run in the lab VM",
        "node scripts/vm/run.mjs [--timeout SECONDS] [--kernel PARAMETERS] -- COMMAND",
      );
    }
    const { timeout, kernel = "" } = parseArgs({
      args: own,
      options: { timeout: { type: "string" }, kernel: { type: "string" } },
    }).values;
    const timeoutSeconds = timeout === undefined ? DEFAULT_TIMEOUT_SECONDS : Number(timeout);
    return await runInVm(command, {
      timeoutSeconds,
      kernelParameters: kernel,
      onProgress: (text) => console.error(`lab VM: ${text}`),
    });
  });
}
