import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { START_FIFO, type StoredState } from "./container-state.ts";
import { withLock } from "./lock.ts";
import { identify } from "./process-identity.ts";
import { checkId, forget, listContainers, load, reserve, save } from "./store.ts";

function temporaryRoot(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "glassrun-state-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function stateOf(id: string, init?: StoredState["init"]): StoredState {
  return {
    id,
    bundle: "/b",
    rootfs: "/b/rootfs",
    created: "2026-01-01T00:00:00.000Z",
    owner: "root",
    annotations: {},
    cgroups: [],
    maker: { pid: process.pid, startTime: 0 },
    ...(init ? { init } : {}),
  };
}

test("reserve refuses an id that is taken, and an id that is no name", (t) => {
  const root = temporaryRoot(t);
  reserve(root, "web");
  assert.throws(() => reserve(root, "web"), /container with id "web" already exists/);
  for (const id of ["", "..", "a/b", "a b"]) assert.throws(() => checkId(id), /invalid container ID format/);
});

test("load says that a container does not exist, in the words callers look for", (t) => {
  assert.throws(() => load(temporaryRoot(t), "web"), /container "web" does not exist/);
});

test("listContainers reads each status from the kernel: waiting, running, ended, half-made", async (t) => {
  const root = temporaryRoot(t);
  const child = spawn("sleep", ["60"]);
  t.after(() => child.kill("SIGKILL"));
  await once(child, "spawn");
  const alive = identify(child.pid ?? 0);
  assert.ok(alive);
  save(reserve(root, "created"), stateOf("created", alive));
  writeFileSync(join(root, "created", START_FIFO), "");
  save(reserve(root, "half"), stateOf("half"));
  save(reserve(root, "reused-pid"), stateOf("reused-pid", { ...alive, startTime: alive.startTime + 1 }));
  save(reserve(root, "running"), stateOf("running", alive));

  const statuses = listContainers(root).map(({ id, status, pid }) => [id, status, pid]);

  assert.deepEqual(statuses, [
    ["created", "created", child.pid],
    ["half", "stopped", 0],
    ["reused-pid", "stopped", 0],
    ["running", "running", child.pid],
  ]);
  forget(join(root, "half"));
  assert.equal(listContainers(root).length, 3);
});

test("identify counts a zombie as ended", async (t) => {
  // The shell's child ends and is not reaped while the shell has become sleep.
  const shell = spawn("sh", ["-c", "true & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => shell.kill("SIGKILL"));
  const [line] = await once(shell.stdout, "data");
  const zombie = Number(String(line).trim());
  for (let tries = 0; tries < 200 && identify(zombie); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(identify(zombie), undefined);
});

test("withLock runs one at a time and takes over the lock of a process that has died", async (t) => {
  const directory = reserve(temporaryRoot(t), "web");
  writeFileSync(join(directory, "lock"), JSON.stringify({ pid: 2 ** 22 + 1, startTime: 1 }));
  const order: string[] = [];
  await withLock(directory, async () => {
    order.push("first");
  });
  await withLock(directory, async () => {
    order.push("second");
  });
  assert.deepEqual(order, ["first", "second"]);
});
