/** runtime-spec config.md, "POSIX-platform Hooks": when each runs, where, and with what on standard input. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../src/2-oci/mod.ts";
import { claimId, configFor, makeBundle } from "./bundle.ts";
import { onEachPeer } from "./peers.ts";

onEachPeer("hooks run in their order, with the container's state on standard input", (peer, t) => {
  const config: Config = configFor(["true"]);
  const bundle = makeBundle(t, config);
  const log = join(bundle, "log");
  const hook = (name: string) => ({
    path: "/bin/sh",
    args: ["sh", "-c", `cat > ${join(bundle, name)}; echo ${name} >> ${log}`],
  });
  config.hooks = {
    prestart: [hook("prestart")],
    createRuntime: [hook("createRuntime")],
    poststart: [hook("poststart")],
    poststop: [hook("poststop")],
  };
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
  const id = claimId(t, peer);
  const created = peer.call(["create", "--bundle", bundle, id]);
  assert.equal(created.code, 0, created.stderr);
  assert.equal(readFileSync(log, "utf8"), "prestart\ncreateRuntime\n");
  const state = JSON.parse(readFileSync(join(bundle, "createRuntime"), "utf8"));
  assert.equal(state.id, id);
  assert.ok(state.pid > 0);
  assert.equal(peer.call(["start", id]).code, 0);
  assert.equal(peer.call(["delete", "--force", id]).code, 0);
  assert.equal(readFileSync(log, "utf8"), "prestart\ncreateRuntime\npoststart\npoststop\n");
});

onEachPeer("a createRuntime hook that fails stops the create and leaves nothing", (peer, t) => {
  const config = configFor(["true"]);
  config.hooks = { createRuntime: [{ path: "/bin/false" }] };
  const bundle = makeBundle(t, config);
  const id = claimId(t, peer);
  assert.notEqual(peer.call(["run", "--bundle", bundle, id]).code, 0);
  assert.notEqual(peer.call(["state", id]).code, 0);
});

onEachPeer("createContainer and startContainer run inside the container's namespaces", (peer, t) => {
  const config = configFor(["sh", "-c", "cat /by-start"]);
  const bundle = makeBundle(t, config);
  config.hooks = {
    // Not yet in the container's root: the host's shell, the container's host name.
    createContainer: [
      { path: "/bin/sh", args: ["sh", "-c", `hostname > ${join(bundle, "by-create")}`], env: ["PATH=/bin:/usr/bin"] },
    ],
    // In the container's root.
    startContainer: [{ path: "/bin/sh", args: ["sh", "-c", "hostname > /by-start"], env: ["PATH=/bin"] }],
  };
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
  const answer = peer.call(["run", "--bundle", bundle, claimId(t, peer)]);
  assert.equal(answer.stdout, "glassrun\n", answer.stderr);
  assert.ok(existsSync(join(bundle, "by-create")));
});
