/**
 * `npm test`: sets everything up and runs every test this machine can run, then says what it did not run and why. Parts
 * can be picked with `--only`; the last line adds up all runners.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { runChecks } from "./check/run-checks.mjs";
import { checkMachine } from "./setup/machine.mjs";
import { buildAll, installPackages } from "./setup/prepare.mjs";
import { Progress } from "./setup/progress.mjs";
import { Refusal, runMain } from "./setup/refusal.mjs";
import { endToEndTests, engineTests, rootTests, runtimeSuite, unitTests, vmTests } from "./test/find-tests.mjs";
import { withoutLeaks } from "./test/leaks.mjs";
import { runEndToEnd, whyNoBrowser } from "./test/run-end-to-end.mjs";
import { runNodeTests, runNodeTestsInVm } from "./test/run-node-tests.mjs";
import { shareProcesses } from "./test/share-process.mjs";
import { Tally } from "./test/tally.mjs";
import { whyNoVm } from "./vm/why-no-vm.mjs";

const help = `npm test -- [OPTION]...

Set everything up, check the code and run every test that this machine can run.

  --only PART  one of check, unit, root, suite, engines, e2e, vm; may be given several times
  --yes, -y    install missing system packages without asking
  --help       print this

Other words name the root or browser tests to run, by part of their path: npm test -- --only root cgroup`;

/** Three times what it takes beside the others on two processors; more is a hang. */
const VM_TIMEOUT_SECONDS = 3600;

/** Emulated, the VM is slow but waits for nobody, and the others mostly wait: so it goes on beside all of them. */
const ASIDE = "vm";

/** A person typing and a daemon being asked leave a processor idle half of the time: these two go together. */
const TOGETHER = ["engines", "e2e"];

/** More than there are processors: when one is done, the others' are not. */
const UNIT_PROCESSES = 6;

/** In this order: what goes on beside the others is begun, and of these what fails fastest comes first. */
const parts = {
  vm: async ({ tally, matching, say }) => {
    const files = matching(vmTests());
    const reason = whyNoVm();
    const names = files.map((file) => `${file} in the lab VM`);
    if (reason) return skipAll(names, reason, tally);
    const suite = runtimeSuite().filter((file) => files.includes(file));
    const others = files.filter((file) => !suite.includes(file));
    const run = [...others, ...shareProcesses("vm", suite, 1)];
    await runNodeTestsInVm("vm", run, { tally, timeoutSeconds: VM_TIMEOUT_SECONDS, say });
  },
  check: async ({ tally }) => {
    for (const { name, good } of await runChecks()) good ? tally.pass(name) : tally.fail(`check: ${name}`);
  },
  unit: async ({ tally, matching }) => {
    await runNodeTests("unit", matching(unitTests()), { how: "all at once", processes: UNIT_PROCESSES, tally });
  },
  root: async ({ tally, matching }) => {
    const files = matching(rootTests());
    if (process.getuid?.() !== 0) return skipAll(files, "this is not root, and they make namespaces and mounts", tally);
    await withoutLeaks("root tests", tally, (environment) =>
      runNodeTests("root", files, { how: "one by one", tally, environment }),
    );
  },
  // All at once: each mostly waits for its runtime, and every rule knows its own leftovers by a mark.
  suite: async ({ tally, matching }) => {
    const files = matching(runtimeSuite());
    await withoutLeaks("the suite", tally, (environment) =>
      Promise.all(["glassrun", "runc", "crun"].map((runtime) => runSuiteOn(runtime, files, { tally, environment }))),
    );
  },
  engines: async ({ tally, matching, say, environment }) => {
    await runNodeTests("engines", matching(engineTests()), { how: "one by one", tally, environment, say });
  },
  e2e: async ({ tally, matching, environment }) => {
    const files = matching(endToEndTests());
    const reason = process.getuid?.() !== 0 ? "this is not root, and the agent needs it" : whyNoBrowser();
    if (reason) return skipAll(files, reason, tally);
    await runEndToEnd({ files, tally, environment });
  },
};

/** @param {string} runtime @param {string[]} files @param {{ tally: Tally, environment: Record<string, string> }} options */
async function runSuiteOn(runtime, files, { tally, environment }) {
  const reason = whyNoRuntime(runtime);
  const names = files.map((file) => `${file} on ${runtime}`);
  if (reason) return skipAll(names, reason, tally);
  const name = `suite on ${runtime}`;
  const ofRuntime = { ...environment, OCI_RUNTIME: runtime };
  await runNodeTests(name, files, { how: "one by one", processes: 1, tally, environment: ofRuntime });
}

/** @param {string} runtime @returns {string | undefined} */
function whyNoRuntime(runtime) {
  if (process.getuid?.() !== 0) return "this is not root, and they make namespaces and mounts";
  if (runtime === "glassrun") return undefined;
  const found = (process.env.PATH ?? "").split(":").some((directory) => existsSync(`${directory}/${runtime}`));
  return found ? undefined : `there is no ${runtime} to compare with`;
}

// Told to end by something other than the terminal, which tells our children too: end, and take the runners with us.
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

runMain(async () => {
  checkMachine();
  const { only, words, yes, wantsHelp } = readOptions();
  if (wantsHelp) {
    console.log(help);
    return 0;
  }
  const ask = !yes && Boolean(process.stdin.isTTY && process.stdout.isTTY);
  const progress = new Progress();
  await installPackages(progress, { uses: ["build", "labs", "vm", "test"], ask });
  // The code can be read and its pure parts tried without anything built.
  if (only.length === 0 || only.some((part) => part !== "check" && part !== "unit")) await buildAll(progress);
  const tally = new Tally();
  const matching = (/** @type {string[]} */ files) =>
    words.length === 0 ? files : files.filter((file) => words.some((word) => file.includes(word)));
  /** @type {Map<string, (string | Buffer)[]>} what the parts that go on beside another say; some hundred lines each */
  const saidAside = new Map();
  const sayAside = (/** @type {string} */ name) => {
    const said = [];
    saidAside.set(name, said);
    return (/** @type {string | Buffer} */ text) => void said.push(text);
  };
  const wanted = Object.keys(parts).filter((name) => only.length === 0 || only.includes(name));
  let aside = Promise.resolve();
  for (const name of wanted.filter((each) => !TOGETHER.includes(each))) {
    console.log(`\n== ${name}${name === ASIDE ? ": begun beside the others; what it says comes last" : ""}`);
    if (name !== ASIDE) await parts[name]({ tally, matching });
    else
      aside = parts[name]({ tally, matching, say: sayAside(name) }).catch((thrown) =>
        tally.fail(`${name}: ${thrown.message}`),
      );
  }
  const together = wanted.filter((name) => TOGETHER.includes(name));
  if (together.length > 0) {
    const [first] = together.length > 1 ? together : [];
    console.log(`\n== ${together.join(" and ")}${first ? `: what ${first} says comes last` : ""}`);
    await withoutLeaks(together.join(" and "), tally, (environment) =>
      Promise.all(
        together.map((name) =>
          parts[name]({ tally, matching, environment, ...(name === first ? { say: sayAside(name) } : {}) }),
        ),
      ),
    );
  }
  await aside;
  for (const [name, said] of saidAside) {
    console.log(`\n== ${name}`);
    for (const text of said) process.stdout.write(text);
  }
  console.log(`\n${tally.report()}`);
  return tally.isGood ? 0 : 1;
});

/** @param {string[]} names @param {string} reason @param {Tally} tally */
function skipAll(names, reason, tally) {
  console.log(`not run: ${reason}`);
  for (const name of names) tally.skip(name, reason);
}

/** @throws {Refusal} */
function readOptions() {
  const options = {
    only: { type: "string", multiple: true, default: [] },
    yes: { type: "boolean", short: "y", default: false },
    help: { type: "boolean", short: "h", default: false },
  };
  let read;
  try {
    read = parseArgs({ options, allowPositionals: true });
  } catch (cause) {
    throw new Refusal(`Cannot read the options: ${cause.message}`, "npm test -- --help lists them", { cause });
  }
  const { only, yes, help: wantsHelp } = read.values;
  const unknown = only.find((name) => !(name in parts));
  if (unknown) throw new Refusal(`There is no part "${unknown}"`, `Name one of: ${Object.keys(parts).join(", ")}`);
  return { only, words: read.positionals, yes, wantsHelp };
}
