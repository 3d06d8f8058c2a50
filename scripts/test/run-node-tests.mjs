/**
 * Runs test files with Node's own runner, here or in the lab VM, and adds what it counted to the tally. What the tests
 * print goes to the screen as it comes.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { inBuild, inRoot, root } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { runInVm } from "../vm/run.mjs";
import { bundleTests } from "./bundle-tests.mjs";
import { shareProcesses } from "./share-process.mjs";

/**
 * A test that hangs ends the process it is in; the whole run goes on. Node's runner holds a whole process to the same limit,
 * and the longest has all rules of the suite: six minutes with three runtimes side by side on two processors.
 */
const TEST_TIMEOUT_MS = 1_800_000;

/** Emulated, and with the processor time that is left over. */
const VM_TEST_TIMEOUT_MS = 2_400_000;

/** Left to itself, Node's runner keeps one processor free, which of two is half. */
const AT_ONCE = availableParallelism();

/** @param {string} countsFile @param {number} timeoutMs @param {"all at once" | "one by one"} how */
function runnerArguments(countsFile, timeoutMs, how) {
  return [
    ...["--test", `--test-timeout=${timeoutMs}`],
    `--test-concurrency=${how === "one by one" ? 1 : AT_ONCE}`,
    ...["--test-reporter=spec", "--test-reporter-destination=stdout"],
    ...[`--test-reporter=${inRoot("scripts/test/count-reporter.mjs")}`, `--test-reporter-destination=${countsFile}`],
  ];
}

/**
 * @param {string} name of the group, before each test's name
 * @param {string[]} files relative to the checkout
 * @param {{ how: "all at once" | "one by one", tally: import("./tally.mjs").Tally, processes?: number,
 *   environment?: Record<string, string>, say?: (text: Buffer) => void }} options `processes`: so many for all files, else
 *   one for each; `say` is given what the tests print, which otherwise goes to the screen
 */
export async function runNodeTests(name, files, { how, tally, processes, environment = {}, say }) {
  if (files.length === 0) return; // Node's runner would go and look for tests itself
  mkdirSync(inBuild("test-counts"), { recursive: true });
  const countsFile = inBuild("test-counts", `${name.replaceAll(" ", "-")}.jsonl`);
  const run = processes === undefined ? files : shareProcesses(name, files, processes);
  const args = ["--import", "tsx", ...runnerArguments(countsFile, TEST_TIMEOUT_MS, how), ...run];
  const env = { ...process.env, ...environment };
  const output = say ? "pipe" : "inherit";
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", output, output] });
  if (say) for (const stream of [child.stdout, child.stderr]) stream?.on("data", say);
  const stop = () => child.kill("SIGTERM");
  process.on("exit", stop);
  const code = await new Promise((resolve) => child.on("exit", (exitCode, signal) => resolve(exitCode ?? signal)));
  process.off("exit", stop);
  const failedBefore = tally.failed.length;
  for (const line of readFileSync(countsFile, "utf8").trim().split("\n"))
    if (line) count(name, JSON.parse(line), tally);
  if (code !== 0 && tally.failed.length === failedBefore) tally.fail(`${name}: the test runner ended with ${code}`);
}

/**
 * @param {string} name
 * @param {string[]} files
 * @param {{ tally: import("./tally.mjs").Tally, timeoutSeconds: number, say: (text: string | Buffer) => void }} options
 *   `say` is given what the tests print
 */
export async function runNodeTestsInVm(name, files, { tally, timeoutSeconds, say }) {
  if (files.length === 0) return;
  const failedBefore = tally.failed.length;
  const runner = ["--enable-source-maps", ...runnerArguments("/dev/ttyS1", VM_TEST_TIMEOUT_MS, "one by one")];
  const command = [process.execPath, ...runner, ...(await bundleTests(name, files))];
  try {
    const code = await runInVm(command, {
      timeoutSeconds,
      // The tests beside it type and look like a person, and an emulated machine would take both processors from them.
      yielding: true,
      onOutput: say,
      onProgress: (text) => say(`lab VM: ${text}\n`),
      onResult: (text) => count(name, JSON.parse(text), tally),
    });
    if (code !== 0 && tally.failed.length === failedBefore) tally.fail(`${name}: the test runner ended with ${code}`);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    tally.fail(`${name}: ${thrown.message} (${thrown.hint})`);
  }
}

/** @param {string} group @param {{ outcome: string, name: string, reason: string }} result @param {import("./tally.mjs").Tally} tally */
function count(group, { outcome, name, reason }, tally) {
  if (outcome === "skip") tally.skip(`${group}: ${name}`, reason);
  else if (outcome === "fail") tally.fail(`${group}: ${name}`, reason);
  else tally.pass(name);
}
