/**
 * The agent as a daemon on the real kernel: it comes up with a ready line, ends on SIGTERM with nothing left behind, and
 * after a SIGKILL in the middle of a lab the next one tidies up.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";

const root = path.resolve(import.meta.dirname, "../..");
const LAB = "001-process";
const DEADLINE_MS = 60_000;

interface Agent {
  url: URL;
  process: ChildProcess;
  ended: Promise<number | null>;
}

/** Directories of their own, and whatever agents were started in them ended with the test. */
function someHome(t: TestContext) {
  const home = mkdtempSync(path.join(tmpdir(), "glassbox-agent-"));
  const agents: ChildProcess[] = [];
  t.after(async () => {
    for (const agent of agents) {
      if (agent.exitCode !== null || agent.signalCode !== null) continue;
      agent.kill("SIGTERM");
      await new Promise((resolve) => agent.once("exit", resolve));
    }
    rmSync(home, { recursive: true, force: true });
  });
  const launch = (...args: string[]) => {
    const main = path.join(root, "apps/agent/src/main.ts");
    const dirs = ["--run-dir", path.join(home, "run"), "--data-dir", path.join(home, "data")];
    const agent = spawn(
      process.execPath,
      ["--import", "tsx", main, "--port", "0", "--ready-fd", "3", ...dirs, ...args],
      {
        cwd: root,
        stdio: ["ignore", "ignore", "pipe", "pipe"],
      },
    );
    agents.push(agent);
    return agent;
  };
  return { home, launch };
}

async function ready(agent: ChildProcess): Promise<Agent> {
  const ended = new Promise<number | null>((resolve) => agent.once("exit", resolve));
  const line = await within("the agent is ready", Promise.race([firstLine(agent, 3), ended]));
  if (typeof line !== "string") throw new Error(`The agent ended with ${line} before it was ready`);
  return { url: new URL(JSON.parse(line).url), process: agent, ended };
}

function firstLine(agent: ChildProcess, descriptor: 2 | 3): Promise<string> {
  let text = "";
  return new Promise((resolve) => {
    agent.stdio[descriptor]?.on("data", (piece: Buffer) => {
      text += piece.toString();
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });
}

async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${DEADLINE_MS} ms in vain until ${what}`)), DEADLINE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Opens the lab and leaves a process behind there that neither the shell's end nor a hang-up ends. Returns its pid. */
async function leaveSomethingBehind({ url }: Agent): Promise<number> {
  const entered = await fetch(url, { redirect: "manual" });
  const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
  const headers = { cookie, origin: url.origin, "content-type": "application/json" };
  const post = async (target: string, body: object) => {
    const answer = await fetch(url.origin + target, { method: "POST", headers, body: JSON.stringify(body) });
    return (await answer.json()) as Record<string, string>;
  };
  const terminal = await post("/api/terminals", { lab: LAB, name: "main", columns: 80, rows: 24 });
  const { ticket } = await post("/api/tickets", { for: "terminal", terminal: terminal.id });
  const socket = new WebSocket(`ws://${url.host}/ws/terminal?ticket=${ticket}`, { headers });
  let text = "";
  const pid = new Promise<number>((resolve) => {
    socket.on("message", (data, isBinary) => {
      if (isBinary) text += data.toString();
      const found = /pid=(\d+)=/.exec(text);
      if (found) resolve(Number(found[1]));
    });
  });
  socket.on("open", () => {
    socket.send(JSON.stringify({ type: "attach", fromByte: 0, columns: 80, rows: 24 }));
    const data = "setsid sh -c 'trap \"\" HUP TERM; echo pid=$$=; while :; do sleep 100; done' & \n";
    socket.send(JSON.stringify({ type: "input", data }));
  });
  return within("the process has told its pid", pid).finally(() => socket.terminate());
}

const cgroupOf = (pid: number) => readFileSync(`/proc/${pid}/cgroup`, "utf8");
const lives = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(statusOf(pid));

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "State:\tZ"; // gone between the two looks
  }
}

const notRoot =
  process.getuid?.() === 0 ? false : "needs root: the agent makes cgroups and enters other processes' /proc";

test("The agent ends on SIGTERM with exit code 0 and leaves no process, no cgroup and no pid file", {
  skip: notRoot,
}, async (t) => {
  const { home, launch } = someHome(t);
  const agent = await ready(launch());
  assert.ok(existsSync(path.join(home, "run/glassboxd.pid")));
  const left = await leaveSomethingBehind(agent);
  assert.match(cgroupOf(left), new RegExp(`glassbox/${LAB}`), "what a lab's shell starts is in the lab's cgroup");
  agent.process.kill("SIGTERM");
  assert.equal(await within("the agent ends", agent.ended), 0);
  assert.deepEqual([lives(left), existsSync(path.join(home, "run/glassboxd.pid"))], [false, false]);
});

test("After a SIGKILL in the middle of a lab the next agent tidies up before it is ready", {
  skip: notRoot,
}, async (t) => {
  const { launch } = someHome(t);
  const killed = await ready(launch());
  const left = await leaveSomethingBehind(killed);
  killed.process.kill("SIGKILL");
  await within("the agent is dead", killed.ended);
  assert.ok(lives(left), "a process in a session of its own outlives the agent");
  const next = await ready(launch());
  assert.equal(lives(left), false);
  next.process.kill("SIGINT");
  assert.equal(await within("the next agent ends", next.ended), 0);
});

test("A second agent on the same directories, or a taken port, is refused in one sentence", {
  skip: notRoot,
}, async (t) => {
  const { home, launch } = someHome(t);
  const first = await ready(launch());
  const second = launch();
  assert.equal(
    await within("the second speaks", firstLine(second, 2)),
    `glassboxd: Cannot start: another Glassbox agent, pid ${first.process.pid}, uses "${path.join(home, "run")}"`,
  );
  const taken = createServer();
  t.after(() => taken.close());
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as { port: number };
  const third = launch("--port", String(port), "--run-dir", path.join(home, "third"));
  assert.equal(
    await within("the third speaks", firstLine(third, 2)),
    `glassboxd: Cannot listen on 127.0.0.1:${port}: another program uses that port`,
  );
});
