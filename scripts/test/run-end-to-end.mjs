/**
 * Runs the Playwright tests: the built product, a real browser, a real shell. Adds Playwright's own results to the tally.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { inBuild, inRoot, root } from "../setup/paths.mjs";

/** @returns {string | undefined} why there is no browser to run them in */
export function whyNoBrowser() {
  const browser = process.env.GLASSBOX_CHROMIUM ?? "/usr/bin/chromium";
  if (existsSync(browser)) return undefined;
  return `there is no browser at ${browser}; GLASSBOX_CHROMIUM names another`;
}

/** @param {{ files: string[], tally: import("./tally.mjs").Tally, environment: Record<string, string> }} options */
export async function runEndToEnd({ files, tally, environment }) {
  if (files.length === 0) return; // Playwright would take no names for all of them
  mkdirSync(inBuild("test-counts"), { recursive: true });
  const resultsFile = inBuild("test-counts/e2e.json");
  rmSync(resultsFile, { force: true });
  const child = spawn(inRoot("node_modules/.bin/playwright"), ["test", "--reporter=list,json", ...files], {
    cwd: root,
    env: { ...process.env, ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: resultsFile },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const stop = () => child.kill("SIGTERM");
  process.on("exit", stop);
  const code = await new Promise((resolve) => child.on("exit", (exitCode, signal) => resolve(exitCode ?? signal)));
  process.off("exit", stop);
  const failedBefore = tally.failed.length;
  if (existsSync(resultsFile)) countSuites(JSON.parse(readFileSync(resultsFile, "utf8")).suites, "e2e", tally);
  if (code !== 0 && tally.failed.length === failedBefore) tally.fail(`e2e: Playwright ended with ${code}`);
}

/**
 * @typedef {{ title: string, suites?: Suite[], specs?: { title: string, tests: PlaywrightTest[] }[] }} Suite
 * @typedef {{ type: string, description?: string }} Annotation
 * @typedef {{ status: string, annotations?: Annotation[], results?: { error?: { message?: string } }[] }} PlaywrightTest
 */

/** @param {Suite[] | undefined} suites @param {string} trail @param {import("./tally.mjs").Tally} tally */
export function countSuites(suites, trail, tally) {
  for (const suite of suites ?? []) {
    const here = `${trail}: ${suite.title}`;
    for (const spec of suite.specs ?? []) {
      for (const { status, annotations, results } of spec.tests) {
        const name = `${here}: ${spec.title}`;
        const reason = annotations?.find(({ type }) => type === "skip" || type === "fixme")?.description;
        if (status === "skipped") tally.skip(name, reason ?? "no reason given");
        else if (status === "unexpected")
          tally.fail(name, stripVTControlCharacters(results?.[0]?.error?.message ?? ""));
        else tally.pass(name);
      }
    }
    countSuites(suite.suites, here, tally);
  }
}
