/**
 * `npm run bench`: what the goals are measured by, in one run, each as median with the spread from the tenth to the
 * ninetieth hundredth. Numbers of different runs or machines do not compare; ratios of one run do.
 */
import { parseArgs } from "node:util";
import * as agentCost from "./bench/agent-cost.mjs";
import * as changeToPaint from "./bench/change-to-paint.mjs";
import * as containerRun from "./bench/container-run.mjs";
import { printLine } from "./bench/report.mjs";
import * as terminalThroughput from "./bench/terminal-throughput.mjs";
import { checkMachine } from "./setup/machine.mjs";
import { buildAll, installPackages } from "./setup/prepare.mjs";
import { Progress } from "./setup/progress.mjs";
import { Refusal, runMain } from "./setup/refusal.mjs";

const help = `npm run bench -- [OPTION]...

  --only NAME  one of container-run, change-to-paint, terminal, agent; may be given several times
  --runs N     container starts of each runtime (40)
  --json       print the numbers as JSON
  --help       print this`;

const measures = {
  "container-run": containerRun,
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
