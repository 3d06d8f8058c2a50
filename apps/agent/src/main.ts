/**
 * glassboxd, the agent: wiring only. Reads the options, begins the parts from the kernel upwards (observer, labs,
 * terminals, machine, server), hands each what it needs as an interface, and says where it listens.
 */
import { closeSync, readFileSync, writeSync } from "node:fs";
import path from "node:path";
import type { MachineInfo } from "@glassbox/protocol";
import type { Rollback } from "@glassbox/runtime/base";
import { nativeProgram } from "@glassbox/runtime/kernel";
import { explain, live } from "./daemon/lifetime.ts";
import { type AgentOptions, help, readOptions } from "./daemon/options.ts";
import { takeRunDir } from "./daemon/pid-file.ts";
import { tokensFrom } from "./daemon/token-file.ts";
import { startServer } from "./http/server.ts";
import { randomTokens } from "./http/sessions.ts";
import { Labs } from "./labs/mod.ts";
import { agentGroups } from "./labs/run/lab-cgroups.ts";
import { checkoutRoot } from "./machine/checkout-root.ts";
import { examineMachine } from "./machine/examine.ts";
import { Observer } from "./observe/observer.ts";
import { Terminals } from "./terminal/terminals.ts";

const checkout = checkoutRoot();

try {
  const options = readOptions(process.argv.slice(2), checkout);
  if (options === "help") console.log(help);
  else await live((ending) => start(options, ending));
} catch (error) {
  explain(error);
  process.exitCode = 2;
}

/** Begins everything and says so; `ending` learns how to end each part. */
async function start(options: AgentOptions, ending: Rollback): Promise<void> {
  const { dataDir, runDir } = options;
  const binDir = path.join(checkout, "packages/runtime/bin");
  ending.add("the pid file", takeRunDir(runDir));

  const graph = await Observer.start({
    kwatchProgram: nativeProgram("kwatch"),
    labRoot: path.join(dataDir, "lab"),
    labCgroup: agentGroups(runDir).join("/"),
  });
  ending.add("the observer", () => graph.close());

  const labs = new Labs({
    labsDir: path.join(checkout, "labs"),
    repository: checkout,
    stateDir: dataDir,
    runDir,
    rootfsDir: path.join(checkout, "build/rootfs/bundle/rootfs"),
    binDir,
    graph,
  });
  report(await labs.recover()); // what a predecessor that was killed left in the kernel
  ending.add("the labs", async () => report(await labs.stop()));

  const terminals = new Terminals({ labShells: labs, claim: (pid, lab) => graph.claim(pid, lab), binDir, runDir });
  ending.add("the terminals", () => terminals.closeAll());

  const tokens = options.tokenFile === undefined ? randomTokens() : tokensFrom(options.tokenFile);
  const machine = { info: examinedOnce(options.place) };
  const { host, port, allowHosts, webDir } = options;
  const parts = { graph, labs, terminals, machine };
  const server = await startServer({ host, port, allowHosts, webDir, tokens, ...parts, log: console.error });
  ending.add("the server", () => server.close());
  sayReady(`${server.origin}/?token=${tokens.learner}`, options.readyFd);
}

function report(sentences: string[]): void {
  for (const sentence of sentences) console.error(`glassboxd: ${sentence}`);
}

/** Examining starts a dozen programs and the answer does not change while we run: once, when first asked. */
function examinedOnce(place: MachineInfo["place"]): () => Promise<MachineInfo> {
  const manifest = JSON.parse(readFileSync(path.join(checkout, "package.json"), "utf8")) as { version: string };
  let known: Promise<MachineInfo> | undefined;
  return () => {
    known ??= examineMachine({ place, agentVersion: manifest.version });
    return known;
  };
}

function sayReady(url: string, readyFd: number | undefined): void {
  if (readyFd === undefined) {
    console.log(url);
    return;
  }
  writeSync(readyFd, `${JSON.stringify({ url })}\n`);
  closeSync(readyFd);
}
