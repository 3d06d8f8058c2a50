import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { nativeProgram, readCmdline, readStat } from "@glassbox/runtime/kernel";
import { findProcess } from "../../../apps/agent/src/observe/kernel-graph.suite.ts";
import { Observer } from "../../../apps/agent/src/observe/observer.ts";
import { until } from "../../../packages/runtime/test/root/until.ts";
import { cannotObserve } from "./live-graph.ts";

const skip = cannotObserve;

function childNamed(parent: number, program: string, pids: Iterable<number>): number | undefined {
  for (const pid of pids) if (readStat(pid)?.parentPid === parent && readCmdline(pid)?.[0] === program) return pid;
  return undefined;
}

test("Observer says that kwatch died, goes on, and listens to a new one", { skip }, async () => {
  const problems: string[] = [];
  const program = nativeProgram("kwatch");
  const observer = await Observer.start({ kwatchProgram: program, onProblem: (message) => problems.push(message) });
  let sleeper: ChildProcess | undefined;
  try {
    const pids = () => [...observer.nodes.values()].flatMap((node) => (node.kind === "process" ? [node.pid] : []));
    assert.equal(observer.hasProcessEvents, true);
    const first = childNamed(process.pid, program, pids());
    assert.ok(first);
    process.kill(first, "SIGKILL");
    await until("the problem to be told", () => problems.length > 0);
    assert.match(problems[0] ?? "", /kwatch.*killed by SIGKILL/);
    await until("the events of a new one", () => observer.hasProcessEvents);
    sleeper = spawn("sleep", ["93"]);
    await observer.refresh();
    assert.ok(findProcess(observer, sleeper.pid ?? 0));
  } finally {
    sleeper?.kill("SIGKILL");
    await observer.close();
  }
});

test("kwatch ends when the program that started it is killed with SIGKILL", { skip }, async () => {
  const program = nativeProgram("kwatch");
  const script = `
    const { spawn } = require("node:child_process");
    const child = spawn(${JSON.stringify(program)}, [], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdout.once("data", () => console.log(child.pid));
    setInterval(() => {}, 1000);`;
  const agent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: agent.stdout }), "line");
  const pid = Number(line);
  assert.equal(readCmdline(pid)?.[0], program);
  agent.kill("SIGKILL");
  const running = () => ![undefined, "Z", "X"].includes(readStat(pid)?.state);
  await until("kwatch to end", () => !running());
});
