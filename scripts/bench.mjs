/**
 * `npm run bench`: what the goals are measured by, in one run, each as median with the spread from the tenth to the
 * ninetieth hundredth. Numbers of different runs or machines do not compare; ratios of one run do.
 */
import { parseArgs } from "node:util";
import * as agentCost from "./bench/agent-cost.mjs";
import * as changeToPaint from "./bench/change-to-paint.mjs";
import * as containerLibrary from "./bench/container-library.mjs";
import * as containerMany from "./bench/container-many.mjs";
import * as containerMemory from "./bench/container-memory.mjs";
import * as containerRun from "./bench/container-run.mjs";
import * as containerVerbs from "./bench/container-verbs.mjs";
import { printLine } from "./bench/report.mjs";
import * as terminalThroughput from "./bench/terminal-throughput.mjs";
import * as whereTimeGoes from "./bench/where-time-goes.mjs";
import { checkMachine } from "./setup/machine.mjs";
import { buildAll, installPackages } from "./setup/prepare.mjs";
import { Progress } from "./setup/progress.mjs";
import { Refusal, runMain } from "./setup/refusal.mjs";

const help = `npm run bench -- [OPTION]...

  --only NAME  may be given several times; one of
                 container-run      run of true, against runc and crun
                 container-verbs    create+start+delete, exec and state, as engines use them
                 container-library  run from a running program that calls our library
                 container-many     a hundred at once, up to a thousand one after another
                 container-memory   memory of the runtime that stays with a container
                 where-time-goes    the calls of a container, most expensive first
                 change-to-paint    from a change of the kernel to the browser's frame
                 terminal           how fast a flood of output comes through, and how soon Ctrl-C ends one
                 agent              what the agent costs at rest
  --runs N     container starts of each runtime, where they are counted (40)
  --json       print the numbers as JSON
  --help       print this`;

const measures = {
  "container-run": containerRun,
  "container-verbs": containerVerbs,
  "container-library": containerLibrary,
  "container-many": containerMany,
  "container-memory": containerMemory,
  "where-time-goes": whereTimeGoes,
  "change-to-paint": changeToPaint,
  terminal: terminalThroughput,
  agent: agentCost,
};

runMain(async () => {
  checkMachine();
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: Object.keys(measures) },
      runs: { type: "string", default: "40" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const unknown = values.only.find((name) => !(name in measures));
  if (unknown)
    throw new Refusal(`There is no measure "${unknown}"`, `Name some of: ${Object.keys(measures).join(", ")}`);
  if (process.getuid?.() !== 0) throw new Refusal("Cannot measure: making containers needs root", "sudo npm run bench");
  const progress = new Progress(values.json ? process.stderr : process.stdout);
  await installPackages(progress, { uses: ["build", "labs", "test"], ask: false });
  await buildAll(progress);
  const results = {};
  for (const name of values.only) {
    const { title, measure } = measures[name];
    const lines = await measure({ runs: Number(values.runs) });
    results[name] = lines;
    if (!values.json) console.log([`\n${title}`, ...lines.map(printLine)].join("\n"));
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
  return 0;
});
