/**
 * `npm run dev`: the product from its sources. The agent runs from TypeScript and is started again when a file of it
 * changes; the page is exported again when a file of it does, for the next reload of the browser. One origin, one port, as in the built product, so that cookies and the content security policy are the real ones.
 */
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { buildBundles } from "./build/bundles.mjs";
import { buildNative } from "./build/native.mjs";
import { buildPlanner } from "./build/planner.mjs";
import { buildRootfs } from "./build/rootfs.mjs";
import { buildWeb } from "./build/web.mjs";
import { checkMachine } from "./setup/machine.mjs";
import { inRoot, root } from "./setup/paths.mjs";
import { installPackages } from "./setup/prepare.mjs";
import { Progress } from "./setup/progress.mjs";
import { Refusal, runMain } from "./setup/refusal.mjs";
import { readOptions } from "./start/options.mjs";

/** Editors write a file in several steps, and a branch switch writes many. */
const QUIET_MS = 300;

/** What is made again when a file below a folder changes; the first that fits. `labs/` is read by the agent itself. */
const rebuilds = [
  { below: ["packages/runtime/native"], title: "Native programs", make: buildNative },
  { below: ["packages/runtime"], title: "Planner", make: buildPlanner },
  { below: ["packages", "apps/agent"], title: "Program bundles", make: buildBundles },
  { below: ["apps/web", "packages/protocol"], title: "Page", make: buildWeb },
];

runMain(async () => {
  checkMachine();
  const options = readOptions(process.argv.slice(2));
  const progress = new Progress();
  await installPackages(progress, { uses: ["build", "labs"], ask: !options.yes && Boolean(process.stdin.isTTY) });
  await progress.step("Lab root file system", buildRootfs);
  await rebuild(progress, "");
  // tsx restarts the agent when a file that it has imported changes, and passes our signals on to it.
  const agent = spawn(
    inRoot("node_modules/.bin/tsx"),
    ["watch", "--clear-screen=false", "apps/agent/src/main.ts", "--host", options.host, "--port", String(options.port)],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => agent.kill(signal));
  const watchers = watchSources((file) => rebuild(progress, file));
  const code = await new Promise((resolve) => agent.on("exit", (exitCode) => resolve(exitCode ?? 0)));
  for (const watcher of watchers) watcher.close();
  return code;
});

/** @param {(file: string) => Promise<void>} onChange one call after a burst of changes, never two at a time */
function watchSources(onChange) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let running = Promise.resolve();
  return ["packages", "apps/agent", "apps/web/app", "apps/web/src"].map((folder) =>
    watch(inRoot(folder), { recursive: true }, (_, name) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        running = running.then(() => onChange(`${folder}/${name}`));
      }, QUIET_MS);
    }),
  );
}

/** Every part looks at content, so those that the file does not belong to say "up to date". @param {Progress} progress @param {string} file */
async function rebuild(progress, file) {
  for (const { below, title, make } of rebuilds) {
    if (file && !below.some((folder) => file.startsWith(folder))) continue;
    try {
      await progress.step(title, make);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      console.error(`${thrown.message}.\n${thrown.hint}.`);
    }
  }
}
