/**
 * What a case has in its hands: a bundle, a container id and the runtime under test, all its own. A case says what it
 * changes in the configuration and which script the container runs; the box writes the bundle, calls the runtime and
 * takes everything away again. Read `configuration.ts` for where a bundle starts from.
 */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CommandOptions, type Outcome, runCommand } from "./command.ts";
import { type Change, defaultConfiguration } from "./configuration.ts";
import { makeRootfs } from "./rootfs.ts";
import type { Runtime } from "./runtime.ts";

/** The state of runtime.md "State", as the runtime prints it. */
export interface ContainerState {
  ociVersion: string;
  id: string;
  status: string;
  pid?: number;
  bundle: string;
  annotations?: Record<string, string>;
  [other: string]: unknown;
}

export interface CallOptions extends Partial<CommandOptions> {
  /** A program that ends by executing its arguments, put before the runtime. */
  wrapper?: string[];
}

/** Thrown by a case that finds the machine cannot do what it tests; shown as a skip with this reason. */
export class MachineCannot extends Error {}

/** A container that does nothing until it is told to end. */
export const idle = "exec sleep 1000";

export class Box {
  readonly runtime: Runtime;
  readonly id: string;
  /** Directory of the case; the bundle and the runtime's `--root` are in it. */
  readonly directory: string;
  readonly bundle: string;
  readonly rootfs: string;
  /** How long anything that the case waits for may take. */
  readonly patienceMs: number;
  #calls = 0;

  constructor(runtime: Runtime, id: string, { base, patienceMs }: { base: string; patienceMs: number }) {
    this.runtime = runtime;
    this.id = id;
    this.patienceMs = patienceMs;
    this.directory = join(base, id);
    this.bundle = join(this.directory, "bundle");
    this.rootfs = join(this.bundle, "rootfs");
    mkdirSync(join(this.directory, "root"), { recursive: true, mode: 0o755 });
    makeRootfs(this.rootfs, join(base, "busybox"));
  }

  /** Path of a file beside the bundle. */
  path(...names: string[]): string {
    return join(this.directory, ...names);
  }

  /** Writes `config.json`: the default with `script` as its program, then `change`. */
  configure(script: string, change: Change = () => {}): void {
    const configuration = defaultConfiguration(script);
    change(configuration);
    writeFileSync(join(this.bundle, "config.json"), JSON.stringify(configuration));
  }

  /** Calls the runtime with these arguments, in the bundle, whatever comes of it. */
  call(args: string[], { wrapper = [], ...options }: CallOptions = {}): Outcome {
    this.#calls += 1;
    const files = this.path(`call-${this.#calls}`);
    const command = [...wrapper, ...this.runtime.command, "--root", this.path("root"), ...args];
    return runCommand(command, { cwd: this.bundle, files, ...options });
  }

  /** Calls the runtime and returns what it printed. @throws AssertionError when it fails */
  ok(args: string[], options: CallOptions = {}): string {
    const { code, stdout, stderr } = this.call(args, options);
    assert.equal(code, 0, `${args[0]} failed with code ${code}: ${stderr.trim()}`);
    return stdout;
  }

  /** Calls the runtime, which has to refuse. Returns what it said on standard error. */
  refused(args: string[], options: CallOptions = {}): string {
    const { code, stdout, stderr } = this.call(args, options);
    assert.notEqual(code, 0, `${args.join(" ")} should have been refused; it printed ${JSON.stringify(stdout)}`);
    return stderr;
  }

  /** `run` in the foreground: the whole life of a container, whatever comes of it. */
  run(script: string, change?: Change, options?: CallOptions): Outcome {
    this.configure(script, change);
    return this.call(["run", this.id], options);
  }

  /** What `script` prints in a container with this configuration. @throws AssertionError unless it ends with 0 */
  output(script: string, change?: Change, options?: CallOptions): string {
    const { code, stdout, stderr } = this.run(script, change, options);
    assert.equal(code, 0, `the container ended with code ${code}: ${stderr.trim()}`);
    return stdout;
  }

  /** A configuration the runtime has to refuse: the program does not run and no container is left. */
  rejects(change: Change): string {
    this.configure("echo the program ran", change);
    const { code, stdout, stderr } = this.call(["run", this.id]);
    assert.notEqual(code, 0, "the configuration should have been refused");
    assert.doesNotMatch(stdout, /the program ran/);
    this.refused(["state", this.id]);
    return stderr;
  }

  /** `create`. Returns where the container's standard output goes. */
  create(script: string, change?: Change): string {
    this.configure(script, change);
    this.ok(["create", this.id]);
    return this.path(`call-${this.#calls}.out`);
  }

  /** `create` and `start` a container, idle if not told otherwise; returns the pid of its first process. */
  launch(script = idle, change?: Change): number {
    this.create(script, change);
    this.ok(["start", this.id]);
    return this.state().pid ?? 0;
  }

  state(): ContainerState {
    return JSON.parse(this.ok(["state", this.id]));
  }

  /** `exec` of a shell script in the running container. */
  exec(script: string, flags: string[] = []): Outcome {
    return this.call(["exec", ...flags, this.id, "/bin/sh", "-c", script]);
  }

  /** Waits until `condition` holds. @throws Error naming `what` when that takes too long */
  async until(what: string, condition: () => boolean): Promise<void> {
    const endsAt = Date.now() + this.patienceMs;
    while (!condition()) {
      if (Date.now() > endsAt) throw new Error(`Waited ${this.patienceMs} ms for ${what}`);
      await delay(10);
    }
  }

  async untilStatus(status: string): Promise<void> {
    await this.until(`status "${status}"`, () => this.state().status === status);
  }

  /** Kills and deletes every container that the case left, and removes its files. */
  dispose(): void {
    for (const id of this.#containers()) this.call(["delete", "--force", id], { cwd: "/" });
    rmSync(this.directory, { recursive: true, force: true });
  }

  #containers(): string[] {
    const { code, stdout } = this.call(["list", "--quiet"], { cwd: "/" });
    return code === 0 ? stdout.split("\n").filter((id) => id !== "") : [this.id];
  }
}
