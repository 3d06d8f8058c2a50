/** A container whose process is gone, however that came about, and whose pid may be a stranger's by now. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { identify, type ProcessIdentity } from "../../../src/2-oci/state/process-identity.ts";
import type { Box } from "../../suites/oci/rig/box.ts";
import { withoutNamespace } from "../../suites/oci/rig/configuration.ts";
import { feature } from "../../suites/oci/rig/feature.ts";

const rule = feature(import.meta.url);
const source = "peers: keep pid and start time, treat zombies as stopped, start must wake if init dies";

/** A stranger's process that has the pid the container's had: the kernel gives it again, later. */
async function withStranger(box: Box, check: (stranger: ChildProcess) => void): Promise<void> {
  const pid = box.launch();
  process.kill(pid, "SIGKILL");
  await box.untilStatus("stopped");
  const stranger = spawn("sleep", ["1000"], { stdio: "ignore" });
  try {
    await once(stranger, "spawn");
    const file = box.path("root", box.id, "state.json");
    const state: { init: ProcessIdentity } = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...state, init: { ...state.init, pid: stranger.pid } }));
    check(stranger);
    assert.ok(identify(stranger.pid ?? 0), "the stranger's process is still there");
  } finally {
    stranger.kill("SIGKILL");
  }
}

rule("a stranger with the container's pid is not taken for the container", source, (box) =>
  withStranger(box, () => {
    assert.deepEqual([box.state().status, box.state().pid], ["stopped", 0]);
    assert.match(box.refused(["kill", box.id, "KILL"]), /container not running/);
    assert.match(box.refused(["exec", box.id, "true"]), /cannot exec in a stopped container/);
    assert.match(box.refused(["pause", box.id]), /container not running/);
    assert.match(box.refused(["start", box.id]), /has stopped/);
  }),
);

for (const flags of [[], ["--force"]]) {
  rule(`delete ${flags} of a stopped container does not end a stranger with its pid`, source, (box) =>
    withStranger(box, () => {
      box.ok(["delete", ...flags, box.id]);
    }),
  );
}

rule("start of a container whose process was killed says so, and does not wait", source, async (box) => {
  box.create("true");
  process.kill(box.state().pid ?? 0, "SIGKILL");
  await box.untilStatus("stopped");
  assert.match(box.refused(["start", box.id]), /cannot start a container that has stopped/);
  box.ok(["delete", box.id]);
});

rule("start whose hook ends the container's process says so, and does not wait", source, (box) => {
  box.create("true", (configuration) => {
    // From inside a pid namespace its first process cannot be killed.
    withoutNamespace(configuration, "pid");
    const script = `pid=$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/'); kill -9 $pid
      while grep -q '^State:.[^ZX]' /proc/$pid/status; do usleep 1000; done`;
    configuration.hooks = {
      startContainer: [{ path: "/bin/sh", args: ["sh", "-c", script], env: ["PATH=/bin"], timeout: 10 }],
    };
  });
  assert.match(box.refused(["start", box.id]), /its process ended before it was started/);
  assert.equal(box.state().status, "stopped");
});
