/**
 * The launcher (`native/glassrun.c`) with a container in the foreground: what stands by, whom signals reach, and what is
 * taken away when the plan cannot do it. Needs root, and Bun, without which there is no launcher.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readProcFile, readStat } from "../../src/1-kernel/mod.ts";
import { defaultConfiguration } from "../suites/oci/rig/configuration.ts";
import { makeRootfs } from "../suites/oci/rig/rootfs.ts";
import { until } from "./until.ts";

const checkout = fileURLToPath(new URL("../../../..", import.meta.url));
const launcher = join(checkout, "build/native/glassrun");

interface Foreground {
  id: string;
  root: string;
  process: ChildProcess;
  /** Exit code, or the signal's name. */
  ended: Promise<number | string | null>;
  state(): { pid: number; status: string };
}

/** A container in the foreground that ends with code 9 when it is sent SIGTERM; undefined where there can be none. */
async function inForeground(t: TestContext): Promise<Foreground | undefined> {
  if (process.getuid?.() !== 0 || !existsSync(join(checkout, "build/glassrun"))) {
    t.skip("needs root, the npm package bun, and a build");
    return undefined;
  }
  const place = mkdtempSync(join(tmpdir(), "glassrun-launcher-"));
  const bundle = join(place, "bundle");
  mkdirSync(bundle);
  makeRootfs(join(bundle, "rootfs"), join(place, "busybox"));
  const configuration = defaultConfiguration("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done");
  writeFileSync(join(bundle, "config.json"), JSON.stringify(configuration));
  const [id, root] = [`launcher-${process.pid}-${Date.now()}`, join(place, "root")];
  const output = join(place, "output");
  const fd = openSync(output, "w");
  const child = spawn(launcher, ["--root", root, "run", "--bundle", bundle, id], { stdio: ["ignore", fd, "ignore"] });
  closeSync(fd);
  const ended = new Promise<number | string | null>((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal)),
  );
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await ended;
    execFileSync(launcher, ["--root", root, "delete", "--force", id]);
    rmSync(place, { recursive: true });
  });
  const state = () => JSON.parse(execFileSync(launcher, ["--root", root, "state", id], { encoding: "utf8" }));
  await until(
    "the container that hears signals, and the one process beside it",
    () => readFileSync(output, "utf8") === "ready\n" && standingBy(child).length === 1,
  );
  return { id, root, process: child, ended, state };
}

/** Command lines of the launcher's children; without one that ends meanwhile. */
function standingBy({ pid = 0 }: ChildProcess): Array<{ pid: number; command: string }> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => {
    const command = readProcFile(`/proc/${child}/cmdline`);
    return command ? [{ pid: child, command }] : [];
  });
}

function cgroupsOf({ pid }: { pid: number }): string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  return readFileSync(`/proc/${pid}/cgroup`, "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [, controllers = "", path = ""] = line.split(":");
      const options = controllers === "" ? "cgroup2" : controllers;
      const mount = mounts.find((fields) => fields.slice(-3).some((field) => field.split(",").includes(options)));
      return mount?.[4] && path !== "/" ? [`${mount[4]}${path}`] : [];
    })
    .filter(existsSync);
}

test("the launcher has no engine stand by while a container runs, and passes signals on to it", async (t) => {
  const container = await inForeground(t);
  if (!container) return;
  const [only] = standingBy(container.process);
  assert.match(only?.command ?? "", /^sysrun\0/);
  assert.equal(container.state().status, "running");
  container.process.kill("SIGTERM");
  assert.equal(await container.ended, 9);
  assert.deepEqual(readdirSync(container.root), []);
});

test("the launcher has taken away what the plan could not: a cgroup with another one in it", async (t) => {
  const container = await inForeground(t);
  if (!container) return;
  const groups = cgroupsOf(container.state()).filter((path) => path.includes(container.id));
  if (groups[0] === undefined) return t.skip("the container has no cgroup of its own here");
  mkdirSync(join(groups[0], "inner"));
  container.process.kill("SIGTERM");
  assert.equal(await container.ended, 9);
  assert.deepEqual(readdirSync(container.root), []);
  assert.deepEqual(groups.filter(existsSync), []);
});

test("exec says which process it has made in a paused container before that goes on, however long its environment is", async (t) => {
  const container = await inForeground(t);
  if (!container) return;
  const { root, id } = container;
  const pidFile = `${root}.pid`;
  execFileSync(launcher, ["--root", root, "pause", id]);
  // More than a socket holds.
  const environment = Array.from({ length: 10 }, (_, index) => [
    "--env",
    `LONG_${index}=${"x".repeat(100_000)}`,
  ]).flat();
  const flags = ["--ignore-paused", "--pid-file", pidFile, ...environment];
  const exec = spawn(launcher, ["--root", root, "exec", ...flags, id, "sh", "-c", "exit 7"], { stdio: "ignore" });
  const ended = new Promise((resolve) => exec.once("exit", resolve));
  try {
    await until("the file with its pid", () => existsSync(pidFile));
  } finally {
    execFileSync(launcher, ["--root", root, "resume", id]);
  }
  assert.equal(await ended, 7);
  container.process.kill("SIGTERM");
  assert.equal(await container.ended, 9);
});

test("the launcher ends the container and leaves nothing when sysrun is ended", async (t) => {
  const container = await inForeground(t);
  if (!container) return;
  const { pid } = container.state();
  const [sysrun] = standingBy(container.process);
  process.kill(sysrun?.pid ?? 0, "SIGKILL");
  assert.equal(await container.ended, 128 + 9);
  assert.deepEqual(readdirSync(container.root), []);
  await until("the program to end", () => [undefined, "Z", "X"].includes(readStat(pid)?.state));
});

test("a verb for the larger planner, where that has been left behind, is refused and the file named", (t) => {
  if (!existsSync(join(checkout, "build/native/planner"))) return t.skip("needs a build");
  const alone = mkdtempSync(join(tmpdir(), "glassrun-alone-"));
  t.after(() => rmSync(alone, { recursive: true }));
  mkdirSync(join(alone, "native"));
  for (const name of ["glassrun", "planner"])
    copyFileSync(join(checkout, "build/native", name), join(alone, "native", name));
  for (const folder of ["native", "elsewhere"]) {
    renameSync(join(alone, "native"), join(alone, folder));
    const options = { encoding: "utf8", timeout: 30_000, killSignal: "SIGKILL" } as const;
    const { status, stderr } = spawnSync(join(alone, folder, "glassrun"), ["features"], options);
    renameSync(join(alone, folder), join(alone, "native"));
    assert.equal(status, 1, stderr);
    assert.match(stderr, new RegExp(`Cannot start ${alone}/${folder}/../glassrun, .*: No such file or directory`));
  }
});
