import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs, {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { START_FIFO, type StoredState, statusOf } from "./container-state.ts";
import { withLock } from "./lock.ts";
import { identify } from "./process-identity.ts";
import { checkId, DamagedState, forget, listContainers, load, reserve, save } from "./store.ts";

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
  const fifo = join(root, "created", START_FIFO);
  execFileSync("mkfifo", [fifo]);
  const reader = openSync(fifo, constants.O_RDWR);
  t.after(() => closeSync(reader));
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
  for (let tries = 0; tries < 2000 && identify(zombie); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(identify(zombie), undefined);
});

test("save keeps the state of before, and nothing else, when there is no room for the new one", (t) => {
  const root = temporaryRoot(t);
  const directory = reserve(root, "web");
  save(directory, stateOf("web"));
  const write = t.mock.method(fs, "writeFileSync");
  write.mock.mockImplementationOnce((path, text) => {
    fs.writeFileSync(path, String(text).slice(0, 40));
    throw Object.assign(new Error("full"), { code: "ENOSPC" });
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  assert.throws(
    () => save(directory, stateOf("web", { pid: 7, startTime: 8 })),
    /Cannot write down the state of container "web": no space left on device/,
  );
  assert.deepEqual(load(root, "web").stored, stateOf("web"));
  assert.deepEqual(readdirSync(directory), ["state.json"]);
});

test("load tells a state that is damaged from one that is not there, and listContainers tells of it", (t) => {
  const root = temporaryRoot(t);
  const file = join(reserve(root, "web"), "state.json");
  for (const text of ["", '{"id":"web","cgr', "null", "[]", "{}", JSON.stringify(stateOf("other"))]) {
    writeFileSync(file, text);
    assert.throws(() => load(root, "web"), DamagedState, text);
  }
  const told: string[] = [];
  assert.deepEqual(
    listContainers(root, ({ message }) => told.push(message)),
    [],
  );
  assert.deepEqual(told, [`Cannot read the state of container "web": "${file}" is damaged`]);
});

test("statusOf takes a container for running when nobody reads its FIFO any more", async (t) => {
  const directory = reserve(temporaryRoot(t), "web");
  const state = stateOf("web", identify(process.pid));
  const fifo = join(directory, START_FIFO);
  execFileSync("mkfifo", [fifo]);
  const reader = openSync(fifo, constants.O_RDWR);
  assert.equal(statusOf(state, directory), "created");
  closeSync(reader);
  assert.equal(statusOf(state, directory), "running");
});

test("withLock lets one at a time work, and takes the place of a holder that has died", async (t) => {
  const directory = reserve(temporaryRoot(t), "web");
  symlinkSync(`${2 ** 22 + 1}@1`, join(directory, "lock.7"));
  const order: string[] = [];
  const work = (name: string) => () =>
    withLock(directory, async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} ends`);
    });
  await Promise.all(["a", "b", "c"].map((name) => work(name)()));
  assert.equal(order.length, 6);
  for (let at = 0; at < order.length; at += 2) assert.equal(order[at + 1], order[at]?.replace("begins", "ends"));
});

test("withLock is not fooled by a turn that others have had and passed on while it looked away", async (t) => {
  const directory = reserve(temporaryRoot(t), "web");
  symlinkSync("nobody", join(directory, "lock.1"));
  const symlink = t.mock.method(fs, "symlinkSync");
  symlink.mock.mockImplementationOnce((target, path) => {
    fs.symlinkSync("nobody", join(directory, "lock.3"));
    fs.unlinkSync(join(directory, "lock.1"));
    fs.symlinkSync(target, path);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  assert.deepEqual(await withLock(directory, async () => readdirSync(directory)), ["lock.4"]);
});

test("withLock says that the container is gone when whoever had the lock has deleted it", async (t) => {
  const root = temporaryRoot(t);
  const directory = reserve(root, "web");
  const deleting = withLock(directory, async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    forget(directory);
  });
  await assert.rejects(
    withLock(directory, async () => {}),
    /container "web" does not exist/,
  );
  await deleting;
  assert.deepEqual(readdirSync(root), []);
});
