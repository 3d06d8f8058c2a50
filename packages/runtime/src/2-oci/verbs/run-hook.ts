/**
 * One hook: on the host by `spawn`, in the container's namespaces by a plan. Apart from `hooks.ts`, which loads it for a hook
 * there is: most containers have none, and with it come the planner's calls.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  clone3,
  execve,
  exitCodeOf,
  type Op,
  performPlan,
  result,
  setns,
  setParentDeathSignal,
  wait4,
} from "../../1-kernel/mod.ts";
import { HIDE } from "../plan/exec.ts";
import type { Hook } from "../spec/config.ts";
import type { ContainerState } from "../state/container-state.ts";
import { foreignNamespaces } from "./foreign-namespaces.ts";

/** Where the spec gives no timeout: long enough for setting up a network, short enough not to hang a caller for ever. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** What a hook is sent, and the container's state directory. */
interface Container {
  state: ContainerState;
  directory: string;
}

/** @returns why it failed, or undefined */
export function runHook(place: "host" | "container", hook: Hook, of: Container): Promise<string | undefined> {
  return place === "container" ? runInside(hook, of) : runOnHost(hook, of.state);
}

async function runOnHost(hook: Hook, state: ContainerState): Promise<string | undefined> {
  const [name, ...args] = hook.args ?? [hook.path];
  const child = spawn(hook.path, args, {
    argv0: name ?? hook.path,
    env: environmentOf(hook),
    stdio: ["pipe", "inherit", "pipe"],
  });
  return new Promise((resolve) => {
    let said = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(`it took longer than ${timeoutMs(hook)} ms`);
    }, timeoutMs(hook));
    child.stderr.on("data", (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-4096);
    });
    child.stdin.on("error", () => {
      // A hook need not read its state.
    });
    child.stdin.end(JSON.stringify(state));
    child.once("error", (cause) => {
      clearTimeout(timer);
      resolve(cause.message);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(undefined);
      else resolve(`${signal ? `signal: ${signal}` : `exit status ${code}`}${said ? `, stderr: ${said.trim()}` : ""}`);
    });
  });
}

/** By a plan of its own, since only a process without threads can join a mount namespace. */
async function runInside(hook: Hook, { state, directory }: Container): Promise<string | undefined> {
  const file = join(directory, "hook-state.json");
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  const stdin = openSync(file, "r");
  try {
    const environment = Object.entries(environmentOf(hook)).map(([name, value]) => `${name}=${value}`);
    const runtime: Op[] = [
      ...planJoinAll(state.pid),
      clone3(
        { program: "hook", flags: [] },
        { why: "Make the hook's process: a pid namespace takes effect in children only", result: "hook" },
      ),
      wait4({ pid: result("hook"), status: "status", flags: [] }, { why: "Wait for it to end, and learn how" }),
    ];
    const inside: Op[] = [
      setParentDeathSignal({ signal: "SIGKILL" }, { why: "End with the runtime, which ends when time is up" }),
      execve(
        { path: hook.path, argv: hook.args ?? [hook.path], environment },
        { why: "Become the hook", from: "/hooks" },
      ),
    ];
    const { results } = await performPlan(
      {
        programs: [
          { name: "runtime", ops: runtime },
          { name: "hook", ops: inside },
        ],
      },
      { stdio: [stdin, "inherit", "inherit"], timeoutMs: timeoutMs(hook) },
    );
    const code = exitCodeOf(results.status ?? 0);
    return code === 0 ? undefined : `exit status ${code}`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    closeSync(stdin);
    unlinkSync(file);
  }
}

/** Join every namespace of process `pid` that is not this process's own. */
function planJoinAll(pid: number): Op[] {
  const joins = foreignNamespaces(pid);
  if (joins.length === 0) return [];
  return [
    {
      call: "pidfd_open",
      args: [
        { kind: "number", value: pid },
        { kind: "number", value: 0 },
      ],
      why: "Hold the container's first process by descriptor",
      result: "container",
    },
    HIDE,
    setns({ fd: result("container"), type: joins }, { why: "Join all of its namespaces at once" }),
  ];
}

function environmentOf(hook: Hook): Record<string, string> {
  return Object.fromEntries(
    (hook.env ?? []).map((entry) => {
      const at = entry.indexOf("=");
      return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

function timeoutMs(hook: Hook): number {
  return hook.timeout === undefined ? DEFAULT_TIMEOUT_MS : hook.timeout * 1000;
}
