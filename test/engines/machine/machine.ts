/**
 * A machine of its own for a container engine, made of namespaces: its own processes, mounts, network, cgroup trees, and
 * an /etc and /var that may be written to. Engines are made for having a machine to themselves (fixed paths, bridges,
 * firewall rules, /etc/subuid); here each test gets one, and all of it goes with its first process, whatever the engine
 * did. `start.sh` does the work; this file keeps it.
 */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readCgroupLayout } from "@glassbox/runtime/kernel";
import { type Ended, endOf } from "./ended.ts";
import { makeGroup, removeGroup } from "./groups.ts";

/** Namespaces and a dozen mounts take a tenth of a second; a busy machine gets some hundred times as long. */
const START_TIMEOUT_MS = 60_000;
/** No command of an engine here takes more than some seconds; one that hangs must end before the test runner's patience. */
const COMMAND_TIMEOUT_MS = 120_000;
/** With a socket for its input, which is what Node gives it, bash takes itself for a remote login and reads ~/.bashrc. */
const NO_SETTINGS = "--norc";
/** It ends by itself when its input does; if not, it is killed. */
const END_TIMEOUT_MS = 5_000;

export interface RunOptions {
  env?: Record<string, string>;
  /** Standard input; none at all by default. */
  input?: string;
  /** @default 120_000 */
  timeoutMs?: number;
  /** Run as this user of the machine's /etc/passwd, in the groups it is in. */
  user?: { uid: number; gid: number };
}

export interface Machine {
  /** A directory with the same path inside and outside, removed with the machine. On a disk: an overlay can lie on it. */
  readonly work: string;
  /** A path inside as this process reaches it: `/proc/PID/root/etc/...`. */
  path(inside: string): string;
  /** Write a file in there, with the directories above it. */
  write(inside: string, text: string): void;
  /** Start a command and leave it running: a daemon. It ends with the machine. */
  start(argv: readonly string[], options?: RunOptions & { stdio?: StdioOptions }): ChildProcess;
  /** Run a command to its end. Never throws for how it ends. */
  run(argv: readonly string[], options?: RunOptions): Promise<Ended>;
  /** End everything in there and remove every trace. */
  close(): Promise<void>;
}

/** @throws Error with what start.sh said, when the kernel lets no machine be made */
export async function startMachine(): Promise<Machine> {
  const work = mkdtempSync(join(tmpdir(), "engines-"));
  chmodSync(work, 0o755);
  const group = basename(work);
  const trees = readCgroupLayout().hierarchies;
  for (const { mountPoint } of trees) makeGroup(mountPoint, group);
  const words = trees.flatMap(({ version, controllers, mountPoint }) => [
    version === 2 ? "unified" : controllers.join(","),
    mountPoint,
  ]);
  const script = fileURLToPath(new URL("start.sh", import.meta.url));
  const keeper = spawn("bash", [NO_SETTINGS, script, work, group, ...words], { stdio: ["pipe", "pipe", "pipe"] });
  const remove = async () => {
    keeper.stdin.destroy();
    const killing = setTimeout(() => keeper.kill("SIGKILL"), END_TIMEOUT_MS);
    await endOf(keeper);
    clearTimeout(killing);
    for (const { mountPoint } of trees) await removeGroup(mountPoint, group);
    rmSync(work, { recursive: true, force: true });
  };
  try {
    const pid = await readyPid(keeper);
    const places = trees.map(({ mountPoint }) => join(mountPoint, group));
    // Its parent, unshare(1), is still at the root of the machine's trees, where on v2 nobody may stay.
    for (const place of places) writeFileSync(join(place, "machine/cgroup.procs"), `${keeper.pid}`);
    return new NamespaceMachine({ work, pid, places, remove });
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

class NamespaceMachine implements Machine {
  readonly work: string;
  readonly #pid: number;
  readonly #places: string[];
  readonly close: () => Promise<void>;

  constructor(made: { work: string; pid: number; places: string[]; remove: () => Promise<void> }) {
    this.work = made.work;
    this.#pid = made.pid;
    this.#places = made.places;
    this.close = made.remove;
  }

  path(inside: string): string {
    return join(`/proc/${this.#pid}/root`, inside);
  }

  write(inside: string, text: string): void {
    const outside = this.path(inside);
    mkdirSync(dirname(outside), { recursive: true });
    writeFileSync(outside, text);
  }

  start(argv: readonly string[], options: RunOptions & { stdio?: StdioOptions } = {}): ChildProcess {
    // Into its cgroups by the outer machine's paths, because inside they cannot be reached from where this process is.
    const joins = this.#places.map((place) => `echo $$ > '${place}/machine/cgroup.procs'; `).join("");
    const enter = ["nsenter", "--target", `${this.#pid}`, "--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup"];
    const { user } = options;
    const become = user ? ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--init-groups"] : [];
    return spawn("bash", [NO_SETTINGS, "-c", `${joins}exec "$@"`, "enter", ...enter, "--wd", ...become, ...argv], {
      stdio: options.stdio ?? [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", ...options.env },
    });
  }

  run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const child = this.start(argv, options);
    if (options.input !== undefined) child.stdin?.end(options.input);
    return endOf(child, options.timeoutMs ?? COMMAND_TIMEOUT_MS);
  }
}

async function readyPid(keeper: ChildProcess): Promise<number> {
  const { stdout, stderr } = keeper;
  if (!stdout || !stderr) throw new Error("Cannot start a machine: it has no output");
  let complaints = "";
  stderr.on("data", (bytes: Buffer) => {
    complaints = (complaints + bytes.toString()).slice(-4096);
  });
  const timer = setTimeout(() => keeper.kill("SIGKILL"), START_TIMEOUT_MS);
  for await (const line of createInterface({ input: stdout })) {
    clearTimeout(timer);
    return Number(line.replace("ready ", ""));
  }
  throw new Error(`Cannot start a machine out of namespaces: ${complaints}`);
}
