/**
 * SIGKILL for the runtime, at every point where the processes of a plan meet: whatever it has made by then, `delete
 * --force` finds and takes away.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { defaultConfiguration } from "../../../packages/runtime/test/suites/oci/rig/configuration.ts";
import { makeRootfs } from "../../../packages/runtime/test/suites/oci/rig/rootfs.ts";
import { leaksSince, takeInventory, testScope } from "../../inventory/inventory.ts";
import type { Order } from "./runtime.ts";
import type { Stop } from "./stops.ts";

const NOT_ROOT = process.getuid?.() === 0 ? false : "needs root";
/** A node that starts on a busy machine. */
const PATIENCE_MS = 20_000;
/** Killed processes are gone at once, but the kernel frees what they held a little later. */
const SETTLE_MS = 5_000;

const work = mkdtempSync(join(tmpdir(), "killed-runtime-"));
chmodSync(work, 0o755);
const root = join(work, "state");
const bundle = join(work, "bundle");
const fifos = { reached: join(work, "reached"), go: join(work, "go") };
const log = join(work, "log");
const cgroup = `/glassbox-killed-${process.pid}`;
const scope = testScope({ cgroupBase: cgroup, directories: [root] });
const glassrun = fileURLToPath(new URL("../../../packages/runtime/bin/glassrun", import.meta.url));

before(() => {
  mkdirSync(root);
  writeFileSync(log, "");
  makeRootfs(join(bundle, "rootfs"), join(work, "busybox"));
  execFileSync("mkfifo", Object.values(fifos));
  const configuration = defaultConfiguration("exec sleep 1000");
  configuration.linux.cgroupsPath = cgroup;
  configuration.root.readonly = false;
  configuration.hooks = { createRuntime: [{ path: "/bin/true" }] };
  configuration.linux.seccomp = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: ["swapon"], action: "SCMP_ACT_ERRNO" }],
  };
  writeFileSync(join(bundle, "config.json"), JSON.stringify(configuration));
  // Once to the end: it makes the mount points in the root file system, which stay.
  ours(["create", "--bundle", bundle, "first"]);
  ours(["delete", "--force", "first"]);
});
after(() => rmSync(work, { recursive: true, force: true }));

for (const verb of ["create", "run"] as const) {
  test(`delete --force cleans up after a runtime killed at any point of ${verb}`, { skip: NOT_ROOT }, async (t) => {
    const id = `killed-${verb}`;
    const order: Order = { verb, id, bundle, root, log, fifos };
    t.after(() => ours(["delete", "--force", id]));
    const inventory = takeInventory(scope);
    const points: Array<Stop & { what: string }> = JSON.parse(execFileSync(...command(order), { encoding: "utf8" }));
    ours(["delete", "--force", id]);
    for (const { what, ...stop } of points) {
      await killAt({ ...order, stop }, what);
      ours(["delete", "--force", id]);
      assert.deepEqual(await leaksSince(inventory, scope, SETTLE_MS), [], what);
      assert.ok(!existsSync(join(root, id)), what);
    }
    t.diagnostic(`${verb}: killed at ${points.length} points`);
    assert.ok(points.length > 5);
  });
}

function ours(args: string[]): void {
  execFileSync(glassrun, ["--root", root, ...args], { stdio: "ignore", timeout: PATIENCE_MS });
}

function command(order: Order): [string, string[]] {
  return [
    process.execPath,
    ["--import", "tsx", fileURLToPath(new URL("runtime.ts", import.meta.url)), JSON.stringify(order)],
  ];
}

/** Starts the runtime, kills it when its plan has come to the stop, and lets what is left of the plan go on. */
async function killAt(order: Order, what: string): Promise<void> {
  const [program, args] = command(order);
  const reached = openSync(fifos.reached, constants.O_RDWR | constants.O_NONBLOCK);
  const go = openSync(fifos.go, constants.O_RDWR | constants.O_NONBLOCK);
  const runtime = spawn(program, args, { stdio: "ignore" });
  const exit = once(runtime, "exit");
  try {
    const endsAt = Date.now() + PATIENCE_MS;
    while (!hasByte(reached)) {
      // What `create` started goes on without it: it may have done its part when the container comes here.
      if (runtime.exitCode === 0 && order.verb === "create") break;
      assert.equal(runtime.exitCode, null, `${what}: the runtime ended before it came there`);
      assert.ok(Date.now() < endsAt, `${what}: not reached in ${PATIENCE_MS} ms`);
      await delay(5);
    }
    runtime.kill("SIGKILL");
    await exit;
    // What is left of the plan goes on, as it would.
    writeSync(go, ".");
  } finally {
    runtime.kill("SIGKILL");
    closeSync(reached);
    closeSync(go);
  }
}

function hasByte(fd: number): boolean {
  try {
    return readSync(fd, Buffer.alloc(1)) === 1;
  } catch {
    return false;
  }
}
