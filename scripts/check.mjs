/**
 * `npm run check`: everything that reads the code without running it. Two at a time, since they are all alone with a
 * processor; what a check printed is shown only when it found something.
 */
import { pathToFileURL } from "node:url";
import { runChecks } from "./check/run-checks.mjs";

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const results = await runChecks();
  process.exitCode = results.every(({ good }) => good) ? 0 : 1;
}
