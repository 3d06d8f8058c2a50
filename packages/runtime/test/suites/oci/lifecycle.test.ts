/** runtime-spec runtime.md, "Lifecycle" and "Operations": create, start, state, kill, delete. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { claimId, configFor, makeBundle } from "./bundle.ts";
import { onEachPeer, type Peer } from "./peers.ts";

function statusOf(peer: Peer, id: string): string {
  return JSON.parse(peer.call(["state", id]).stdout).status;
}

/** A process ends a moment after it was killed, and is reaped whenever its parent cares to. */
async function waitForStatus(peer: Peer, id: string, wanted: string): Promise<void> {
  for (let tries = 0; tries < 100 && statusOf(peer, id) !== wanted; tries++) await sleep(50);
  assert.equal(statusOf(peer, id), wanted);
}

onEachPeer("create runs nothing yet, start does, kill ends it, delete takes all away", async (peer, t) => {
  const bundle = makeBundle(t, configFor(["sh", "-c", "touch /started; exec sleep 60"]));
  const id = claimId(t, peer);
  const pidFile = join(bundle, "pid");
  const created = peer.call(["create", "--bundle", bundle, "--pid-file", pidFile, id]);
  assert.equal(created.code, 0, created.stderr);
  // MUST NOT run the user-specified program (Operations, "Create").
  assert.equal(existsSync(join(bundle, "rootfs/started")), false);
  const state = JSON.parse(peer.call(["state", id]).stdout);
  assert.deepEqual(
    { id: state.id, status: state.status, bundle: state.bundle, pid: String(state.pid) },
    { id, status: "created", bundle, pid: readFileSync(pidFile, "utf8") },
  );

  assert.equal(peer.call(["start", id]).code, 0);
  await waitForStatus(peer, id, "running");
  for (let tries = 0; tries < 100 && !existsSync(join(bundle, "rootfs/started")); tries++) await sleep(50);
  assert.ok(existsSync(join(bundle, "rootfs/started")));
  assert.notEqual(peer.call(["start", id]).code, 0, "a running container MUST NOT be started again");
  assert.notEqual(peer.call(["delete", id]).code, 0, "a running container MUST NOT be deleted");

  assert.equal(peer.call(["kill", id, "KILL"]).code, 0);
  await waitForStatus(peer, id, "stopped");
  assert.notEqual(peer.call(["kill", id, "KILL"]).code, 0, "a stopped container MUST NOT be signalled");
  assert.equal(peer.call(["delete", id]).code, 0);
  assert.notEqual(peer.call(["state", id]).code, 0);
});

onEachPeer("an id in use is refused, and the container that has it goes on", (peer, t) => {
  const bundle = makeBundle(t, configFor(["sleep", "60"]));
  const id = claimId(t, peer);
  assert.equal(peer.call(["run", "--detach", "--bundle", bundle, id]).code, 0);
  assert.notEqual(peer.call(["create", "--bundle", bundle, id]).code, 0);
  assert.equal(statusOf(peer, id), "running");
});

onEachPeer("delete --force ends a running container and is content with one that is gone", (peer, t) => {
  const bundle = makeBundle(t, configFor(["sleep", "60"]));
  const id = claimId(t, peer);
  assert.equal(peer.call(["run", "--detach", "--bundle", bundle, id]).code, 0);
  assert.equal(peer.call(["delete", "--force", id]).code, 0);
  assert.equal(peer.call(["delete", "--force", id]).code, 0);
});

onEachPeer("pause stops the processes and resume lets them go on", async (peer, t) => {
  const bundle = makeBundle(t, configFor(["sleep", "60"]));
  const id = claimId(t, peer);
  assert.equal(peer.call(["run", "--detach", "--bundle", bundle, id]).code, 0);
  assert.equal(peer.call(["pause", id]).code, 0);
  assert.equal(statusOf(peer, id), "paused");
  assert.equal(peer.call(["resume", id]).code, 0);
  assert.equal(statusOf(peer, id), "running");
});

onEachPeer("list names the container, its pid and its status", (peer, t) => {
  const bundle = makeBundle(t, configFor(["sleep", "60"]));
  const id = claimId(t, peer);
  assert.equal(peer.call(["run", "--detach", "--bundle", bundle, id]).code, 0);
  const [container] = JSON.parse(peer.call(["list", "--format", "json"]).stdout);
  assert.deepEqual({ id: container.id, status: container.status }, { id, status: "running" });
  assert.equal(peer.call(["list", "-q"]).stdout, `${id}\n`);
});
