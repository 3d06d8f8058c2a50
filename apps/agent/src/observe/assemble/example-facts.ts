/** Facts for the unit tests of this folder: a process as the machine's own shells are, with what a test wants different. */
import { emptyFacts, type Facts, type ProcessFacts } from "../facts.ts";
import { Ownership } from "../ownership.ts";
import type { Assembly } from "./assembly.ts";
import { findHolders } from "./holders.ts";

export const INITIAL = { mnt: 100, uts: 101, ipc: 102, pid: 103, net: 104, user: 105, cgroup: 106, time: 107 };

export function exampleProcess(pid: number, different: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    pid,
    startTimeTicks: pid,
    parentPid: 1,
    session: pid,
    comm: "sh",
    argv: ["sh"],
    state: "S",
    uid: 0,
    gid: 0,
    nsPids: [pid],
    capabilities: { effective: "0", permitted: "0", inheritable: "0", bounding: "0", ambient: "0" },
    seccompMode: 0,
    noNewPrivs: false,
    kernelThread: false,
    namespaces: INITIAL,
    cgroups: [],
    root: "/",
    cwd: "/",
    rssBytes: 0,
    namespaceDescriptors: [],
    ...different,
  };
}

export function exampleFacts(processes: ProcessFacts[]): Facts {
  const facts = emptyFacts();
  facts.initial = INITIAL;
  for (const process of processes) facts.processes.set(process.pid, process);
  return facts;
}

/** An assembly of these facts long after all of them were first seen. */
export function exampleAssembly(facts: Facts, ownership: Ownership = new Ownership(0)): Assembly {
  return {
    facts,
    holders: findHolders(facts),
    ownership,
    labOfMount: () => undefined,
    firstSeenMs: () => 0,
    nowMs: 60_000,
    labRoot: "/lab",
    labCgroup: "glassbox",
    before: new Map(),
    countCrowds: true,
  };
}
