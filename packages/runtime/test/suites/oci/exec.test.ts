/** `exec`, which the specification leaves to runtimes and every caller relies on. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { claimId, configFor, makeBundle } from "./bundle.ts";
import { onEachPeer } from "./peers.ts";

onEachPeer("exec starts a process in the container's namespaces and cgroups and returns its exit code", (peer, t) => {
  const bundle = makeBundle(t, configFor(["sleep", "60"]));
  const id = claimId(t, peer);
  assert.equal(peer.call(["run", "--detach", "--bundle", bundle, id]).code, 0);
  const { pid } = JSON.parse(peer.call(["state", id]).stdout);
  const answer = peer.call(["exec", id, "sh", "-c", "hostname; cat /proc/1/comm; cat /proc/self/cgroup; exit 7"]);
  assert.equal(answer.code, 7, answer.stderr);
  assert.match(answer.stdout, /^glassrun\nsleep\n/);
  const inside = answer.stdout.split("\n").filter((line) => line.includes(":pids:"));
  assert.deepEqual(
    inside,
    inside.filter((line) => line.endsWith(":/")),
    "the cgroup namespace's root is its own group",
  );
  assert.ok(readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(id));
});

onEachPeer("exec --process takes user, directory and environment from a file", (peer, t) => {
  const bundle = makeBundle(t, configFor(["sleep", "60"]));
  const id = claimId(t, peer);
  assert.equal(peer.call(["run", "--detach", "--bundle", bundle, id]).code, 0);
  const file = join(bundle, "process.json");
  writeFileSync(
    file,
    JSON.stringify({
      args: ["sh", "-c", "id -u; pwd; echo $A"],
      env: ["PATH=/bin", "A=1"],
      cwd: "/tmp",
      user: { uid: 5, gid: 5 },
    }),
  );
  assert.equal(peer.call(["exec", "--process", file, id]).stdout, "5\n/tmp\n1\n");
});

onEachPeer("exec of a program that is not there says so and fails", (peer, t) => {
  const bundle = makeBundle(t, configFor(["sleep", "60"]));
  const id = claimId(t, peer);
  assert.equal(peer.call(["run", "--detach", "--bundle", bundle, id]).code, 0);
  const answer = peer.call(["exec", id, "no-such-program"]);
  assert.notEqual(answer.code, 0);
  assert.match(answer.stderr, /executable file .*not found|no such file or directory/i);
});

onEachPeer("exec into a stopped container is refused", (peer, t) => {
  const id = claimId(t, peer);
  assert.notEqual(peer.call(["exec", id, "true"]).code, 0);
});
