/**
 * Makes what runs: `node scripts/build.mjs [native|planner|bundles|web|rootfs]...`, all of them by default, each only when what
 * it is made from has changed. `npm start` and `npm test` do this themselves; call it alone while working on one part.
 */
import { buildBundles } from "./build/bundles.mjs";
import { buildNative } from "./build/native.mjs";
import { buildPlanner } from "./build/planner.mjs";
import { buildRootfs } from "./build/rootfs.mjs";
import { buildWeb } from "./build/web.mjs";
import { Progress } from "./setup/progress.mjs";
import { Refusal, runMain } from "./setup/refusal.mjs";

/** In the order things need one another. */
const parts = {
  native: { title: "Native programs", make: buildNative },
  planner: { title: "Planner", make: buildPlanner },
  bundles: { title: "Program bundles", make: buildBundles },
  rootfs: { title: "Lab root file system", make: buildRootfs },
  web: { title: "Page", make: buildWeb },
};

runMain(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !(name in parts));
  if (unknown)
    throw new Refusal(`There is no part "${unknown}" to build`, `Name some of: ${Object.keys(parts).join(" ")}`);
  const progress = new Progress();
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length === 0 || wanted.includes(name)) await progress.step(part.title, part.make);
  }
  return 0;
});
