/**
 * Hooks: programs of the caller's that run at fixed points of a container's life, with its state on standard input
 * (runtime-spec config.md, "POSIX-platform Hooks"). Some run on the host, some in the container's namespaces.
 */
import { closeSync, openSync, readlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GlassboxError } from "../../0-base/mod.ts";
import {
  clone3,
  execve,
  exitCodeOf,
  type NamespaceFlag,
  type Op,
  performPlan,
  result,
  setns,
  setParentDeathSignal,
  wait4,
} from "../../1-kernel/mod.ts";
import { HIDE } from "../plan/exec.ts";
import type { Config, Hook, HookKind } from "../spec/config.ts";
import type { ContainerState } from "../state/container-state.ts";

/** Where the spec gives no timeout: long enough for setting up a network, short enough not to hang a caller for ever. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** Whose namespaces each kind runs in, in the order they come in a container's life. */
export const HOOK_PLACE: Record<HookKind, "host" | "container"> = {
  prestart: "host",
  createRuntime: "host",
  createContainer: "container",
  startContainer: "container",
  poststart: "host",
  poststop: "host",
};

export interface HookRun {
  config: Config;
  /** Sent to each hook. */
  state: ContainerState;
  /** The container's state directory. */
  directory: string;
}

/** @throws GlassboxError with the words that callers look for, for the first hook that fails */
export async function runHooks(kind: HookKind, run: HookRun): Promise<void> {
  for (const [index, hook] of (run.config.hooks?.[kind] ?? []).entries()) {
    const failure = HOOK_PLACE[kind] === "container" ? await runInside(hook, run) : await runOnHost(hook, run.state);
    if (failure === undefined) continue;
    throw new GlassboxError(
      "failed precondition",
      `error running hook #${index}: error running ${kind} hook "${hook.path}": ${failure}`,
      {
        hint: `See /hooks/${kind}/${index} in config.json, and try the program by hand`,
      },
    );
  }
}

export function hasHooks(config: Config, kinds: readonly HookKind[]): boolean {
  return kinds.some((kind) => (config.hooks?.[kind]?.length ?? 0) > 0);
}

/** @returns why it failed, or undefined */
async function runOnHost(hook: Hook, state: ContainerState): Promise<string | undefined> {
  const { spawn } = await import("node:child_process");
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
async function runInside(hook: Hook, { state, directory }: HookRun): Promise<string | undefined> {
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

const NAMESPACES: Record<string, NamespaceFlag> = {
  user: "CLONE_NEWUSER",
  mnt: "CLONE_NEWNS",
  uts: "CLONE_NEWUTS",
  ipc: "CLONE_NEWIPC",
  net: "CLONE_NEWNET",
  pid: "CLONE_NEWPID",
  cgroup: "CLONE_NEWCGROUP",
  time: "CLONE_NEWTIME",
};

/**
 * Namespaces of `pid` that are not ours: joining one's own user namespace answers EINVAL.
 * @throws GlassboxError failed precondition when it has ended (a zombie has no namespaces any more), or may not be seen
 */
export function foreignNamespaces(pid: number): NamespaceFlag[] {
  return Object.entries(NAMESPACES).flatMap(([name, flag]) => {
    const link = (of: string) => {
      try {
        return readlinkSync(`/proc/${of}/ns/${name}`);
      } catch {
        return undefined;
      }
    };
    const ours = link("self");
    if (ours === undefined) return [];
    const theirs = link(String(pid));
    // Taking it for one of ours would run a container's command on the host.
    if (theirs === undefined) {
      throw new GlassboxError(
        "failed precondition",
        `cannot join the ${name} namespace of process ${pid}: container not running`,
      );
    }
    return theirs === ours ? [] : [flag];
  });
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
