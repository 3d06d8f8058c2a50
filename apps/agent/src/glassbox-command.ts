/**
 * `glassbox`: the commands beside the page. `packages/runtime/bin/glassbox` starts it; each command is in the folder it
 * belongs to.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { GlassboxError } from "@glassbox/runtime/base";
import { checkoutRoot } from "./machine/checkout-root.ts";
import { doctor, doctorHelp } from "./machine/doctor-command.ts";
import { graphCommand } from "./observe/graph-command.ts";

const graphHelp = `glassbox graph [--all] [--watch] [--json]

Print the kernel's processes, namespaces, cgroups, mounts and containers that stand out from the bare machine.

  --all    everything
  --watch  go on with what changes, until Ctrl-C
  --json   one node or change a line, as the page gets them`;

interface Command {
  help: string;
  /** @returns the exit code */
  run(args: string[]): Promise<number>;
}

const commands: Record<string, Command> = {
  doctor: { help: doctorHelp, run: (args) => doctor(args, version()) },
  graph: { help: graphHelp, run: graph },
};

const [name = "help", ...args] = process.argv.slice(2);
const command = commands[name];
if (command) process.exitCode = await run(command, args);
else {
  const isHelp = ["help", "--help", "-h"].includes(name);
  if (!isHelp) console.error(`glassbox: there is no command "${name}"\n`);
  console.log(
    Object.values(commands)
      .map(({ help }) => help)
      .join("\n\n"),
  );
  process.exitCode = isHelp ? 0 : 2;
}

async function run({ run: start }: Command, rest: string[]): Promise<number> {
  try {
    return await start(rest);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    console.error(`glassbox: ${thrown.message}`);
    if (thrown instanceof GlassboxError && thrown.hint) console.error(thrown.hint);
    return 1;
  }
}

async function graph(args: string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(graphHelp);
    return 0;
  }
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => ending.abort());
  await graphCommand(args, (line) => console.log(line), ending.signal);
  return 0;
}

function version(): string {
  const manifest = path.join(checkoutRoot(), "package.json");
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version : "unknown";
}
