/**
 * What the tests that kill a runtime share: a bundle, a runtime to kill, and ways to see what it left. The runtime is
 * bundled once, because it is started a hundred times.
 */
import assert from "node:assert/strict";
import { execFileSync, type StdioOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { listPids, listProcDirectory, readProcLink } from "../../../packages/runtime/src/1-kernel/mod.ts";
import { SECCOMP_CACHE } from "../../../packages/runtime/src/2-oci/state/seccomp-cache.ts";
import { until } from "../../../packages/runtime/test/root/until.ts";
import { type Change, defaultConfiguration } from "../../../packages/runtime/test/suites/oci/rig/configuration.ts";
import { makeRootfs } from "../../../packages/runtime/test/suites/oci/rig/rootfs.ts";
import { type Inventory, leaksSince, takeInventory, testScope } from "../../inventory/inventory.ts";
import type { Order } from "./runtime.ts";
import type { SyncPoint } from "./stops.ts";

/** A node that starts on a busy machine. */
const PATIENCE_MS = 60_000;
/** Killed processes are gone at once, but the kernel frees what they held a little later. */
const SETTLE_MS = 20_000;

const checkout = fileURLToPath(new URL("../../..", import.meta.url));
const glassrun = join(checkout, "packages/runtime/bin/glassrun");

/** What to do, and to which container. */
export type Deed = Pick<Order, "verb" | "values" | "args"> & {
  /** On a machine that mounts none, as far as the runtime sees. */
  withoutCgroups?: boolean;
};

const WITHOUT_CGROUPS = ["-m", "--propagation", "private", "sh", "-c", 'umount -l -R /sys/fs/cgroup; exec "$@"', "sh"];

type HowToEnd = Pick<Order, "print" | "stop" | "lastChange">;

export interface Answer {
  code: number | null;
  /** Standard error. */
  said: string;
}

export class Stage {
  readonly bundle: string;
  readonly pidFile: string;
  readonly #work: string;
  readonly #root: string;
  readonly #program: string;
  readonly #order: Pick<Order, "root" | "log" | "fifos">;
  readonly #scope: ReturnType<typeof testScope>;
  readonly #before: Inventory;

  private constructor(work: string, program: string) {
    this.#work = work;
    this.#program = program;
    this.bundle = join(work, "bundle");
    this.pidFile = join(work, "pid");
    this.#root = join(work, "state");
    this.#order = {
      root: this.#root,
      log: join(work, "log"),
      fifos: { reached: join(work, "reached"), go: join(work, "go") },
    };
    this.#scope = testScope({ cgroupBase: `/glassbox-killed-${process.pid}`, directories: [this.#root] });
    mkdirSync(this.#root);
    writeFileSync(this.#order.log, "");
    execFileSync("mkfifo", Object.values(this.#order.fifos));
    makeRootfs(join(this.bundle, "rootfs"), join(work, "busybox"));
    this.program("exec sleep 1000");
    // Once to the end by each of the two: what stays are mount points in the root file system and compiled profiles.
    this.ours("create", "--bundle", this.bundle, "first");
    this.ours("delete", "--force", "first");
    this.changes({ verb: "create", values: { bundle: this.bundle }, args: ["first"] });
    this.ours("delete", "--force", "first");
    this.#forgetFilters();
    this.#before = takeInventory(this.#scope);
  }

  static async open(): Promise<Stage> {
    const work = mkdtempSync(join(tmpdir(), "killed-runtime-"));
    chmodSync(work, 0o755);
    // In the build directory, from where it finds the native programs.
    const program = join(checkout, `build/killed-runtime-${process.pid}.mjs`);
    await build({
      entryPoints: [fileURLToPath(new URL("runtime.ts", import.meta.url))],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
    return new Stage(work, program);
  }

  close(): void {
    this.#forgetFilters();
    for (const id of readdirSync(this.#root)) this.answer("delete", "--force", id);
    rmSync(this.#work, { recursive: true });
    rmSync(this.#program);
  }

  /** What containers made from now on do. */
  program(script: string, change: Change = () => {}): void {
    const configuration = defaultConfiguration(script);
    configuration.linux.cgroupsPath = this.#scope.cgroupBase;
    configuration.root.readonly = false;
    configuration.hooks = { createRuntime: [{ path: "/bin/true" }] };
    configuration.linux.seccomp = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["swapon"], action: "SCMP_ACT_ERRNO" }],
    };
    change(configuration);
    writeFileSync(join(this.bundle, "config.json"), JSON.stringify(configuration));
  }

  /** glassrun, the command; it has to go well. @returns its standard output */
  ours(...args: string[]): string {
    return execFileSync(glassrun, ["--root", this.#root, ...args], {
      // A container keeps the standard streams it was made with, and a pipe that it keeps is waited for.
      stdio: ["ignore", args[0] === "create" ? "ignore" : "pipe", "ignore"],
      encoding: "utf8",
      timeout: PATIENCE_MS,
    });
  }

  answer(...args: string[]): Answer {
    const { status, stderr } = spawnSync(glassrun, ["--root", this.#root, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
      timeout: PATIENCE_MS,
    });
    return { code: status, said: stderr };
  }

  runs(id: string): void {
    this.ours("create", "--bundle", this.bundle, id);
    this.ours("start", id);
  }

  state(id: string): { status: string; pid: number } {
    return JSON.parse(this.ours("state", id));
  }

  processes(id: string): number[] {
    return JSON.parse(this.ours("ps", "--format", "json", id));
  }

  has(id: string): boolean {
    return existsSync(join(this.#root, id));
  }

  /** Where the deed's plan can be stopped. What the runtime does before it performs a plan is done. */
  stops(deed: Deed): SyncPoint[] {
    return this.#asked(deed, "stops");
  }

  /** What the runtime changes itself in the deed, which is done. */
  changes(deed: Deed): string[] {
    return this.#asked(deed, "changes");
  }

  #asked<T>(deed: Deed, print: "stops" | "changes"): T {
    const { code, output } = this.#perform({ ...deed, print });
    assert.equal(code, 0, output);
    return JSON.parse(output);
  }

  /** Kills the runtime when its plan has come to the stop, and lets what is left of the plan go on. */
  async killAtStop(deed: Deed, { what, ...stop }: SyncPoint): Promise<void> {
    const { reached, go } = this.#order.fifos;
    const [hears, says] = [reached, go].map((path) => openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
    assert.ok(hears && says);
    const [program, args] = this.#runtime({ ...deed, stop });
    const runtime = spawn(program, args, { stdio: "ignore" });
    const exit = once(runtime, "exit");
    try {
      const endsAt = Date.now() + PATIENCE_MS;
      while (!hasByte(hears)) {
        // What `create` started goes on without it: it may have done its part when the container comes here.
        if (runtime.exitCode === 0 && isLeftAlone(deed)) break;
        assert.equal(runtime.exitCode, null, `${what}: the runtime ended before it came there`);
        assert.ok(Date.now() < endsAt, `${what}: not reached in ${PATIENCE_MS} ms`);
        await delay(2);
      }
      runtime.kill("SIGKILL");
      await exit;
      // What is left of the plan goes on, as it would.
      writeSync(says, ".");
    } finally {
      runtime.kill("SIGKILL");
      closeSync(hears);
      closeSync(says);
    }
  }

  /**
   * Has the runtime die right before one of its own changes. False when it came to its end: what has to be done twice on a
   * busy machine, such as ending a process, is once enough on another.
   */
  killBefore(deed: Deed, lastChange: number, what: string): boolean {
    const { code, output } = this.#perform({ ...deed, lastChange });
    assert.ok(code === "SIGKILL" || code === 0, `${what}: it ended with ${code}: ${output}`);
    return code === "SIGKILL";
  }

  /** Starts glassrun, the command, and kills it if it is still there after so long. */
  async killAfter(ms: number, ...args: string[]): Promise<void> {
    const runtime = spawn(glassrun, ["--root", this.#root, ...args], { stdio: "ignore" });
    const exit = once(runtime, "exit");
    await delay(ms);
    runtime.kill("SIGKILL");
    await exit;
  }

  async leavesNothing(what: string): Promise<void> {
    this.#forgetFilters();
    await this.nobodyHalfMade(what);
    assert.deepEqual(await leaksSince(this.#before, this.#scope, SETTLE_MS), [], what);
  }

  /** A process of a plan that has neither ended nor become its program holds the test's FIFOs. */
  async nobodyHalfMade(what: string): Promise<void> {
    const { go } = this.#order.fifos;
    await until(`${what}: a process of the plan to end or become its program`, () => holders(go).length === 0);
  }

  /** Compiled filters are kept for all containers: they are no container's, and each runtime has its own. */
  #forgetFilters(): void {
    rmSync(join(this.#root, SECCOMP_CACHE), { recursive: true, force: true });
  }

  /** Output goes to a file: a process left running keeps its streams, and a pipe would be waited for. */
  #perform(order: Deed & HowToEnd): { code: number | string | null; output: string } {
    const file = join(this.#work, "output");
    const fd = openSync(file, "w");
    try {
      const stdio: StdioOptions = ["ignore", fd, fd];
      const { status, signal } = spawnSync(...this.#runtime(order), { stdio, timeout: PATIENCE_MS });
      return { code: signal ?? status, output: readFileSync(file, "utf8") };
    } finally {
      closeSync(fd);
    }
  }

  #runtime({ withoutCgroups = false, ...order }: Deed & HowToEnd): [string, string[]] {
    const args = [this.#program, JSON.stringify({ ...this.#order, ...order })];
    if (!withoutCgroups) return [process.execPath, args];
    return ["unshare", [...WITHOUT_CGROUPS, process.execPath, ...args]];
  }
}

/** Detached, the process goes on when the runtime has ended. */
function isLeftAlone({ verb, values }: Deed): boolean {
  return verb === "create" || values.detach === true;
}

/** Pids of others that have the file open. */
function holders(path: string): number[] {
  return listPids().filter(
    (pid) =>
      pid !== process.pid &&
      listProcDirectory(`/proc/${pid}/fd`).some((fd) => readProcLink(`/proc/${pid}/fd/${fd}`) === path),
  );
}

function hasByte(fd: number): boolean {
  try {
    return readSync(fd, Buffer.alloc(1)) === 1;
  } catch {
    return false;
  }
}
