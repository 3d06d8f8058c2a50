/**
 * SIGKILL for the runtime at every point where the processes of a plan meet, make one another or become something else.
 * Whatever it has made by then, `delete --force` finds and takes away; a killed `exec` leaves the container as it was.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sendSignal } from "../../../packages/runtime/src/2-oci/verbs/cleanup.ts";
import { until } from "../../../packages/runtime/test/root/until.ts";
import { Stage } from "./stage.ts";

const NOT_ROOT = process.getuid?.() === 0 ? false : "needs root";

let stage: Stage;
before(async () => {
  if (!NOT_ROOT) stage = await Stage.open();
});
after(() => stage?.close());

for (const [verb, withoutCgroups] of [
  ["create", false],
  ["run", false],
  ["create", true],
  ["run", true],
] as const) {
  const name = withoutCgroups ? `${verb} without cgroups` : verb;
  test(`delete --force cleans up after a ${name} killed at any point of its plan`, { skip: NOT_ROOT }, async (t) => {
    const id = `killed-${verb}`;
    stage.program("exec sleep 1000", (configuration) => {
      if (!withoutCgroups) return;
      delete configuration.linux.cgroupsPath;
      delete configuration.hooks;
    });
    const deed = { verb, values: { bundle: stage.bundle }, args: [id], withoutCgroups };
    const stops = stage.stops(deed);
    stage.ours("delete", "--force", id);
    for (const stop of stops) {
      await stage.killAtStop(deed, stop);
      stage.ours("delete", "--force", id);
      await stage.leavesNothing(stop.what);
    }
    t.diagnostic(`${name}: killed at ${stops.length} points`);
    assert.ok(stops.length > 5);
  });
}

for (const detach of [false, true]) {
  const name = detach ? "exec --detach" : "exec";
  test(`a container goes on as it was when its ${name} is killed at any point of its plan`, {
    skip: NOT_ROOT,
  }, async (t) => {
    const id = "killed-exec";
    stage.runs(id);
    const { pid } = stage.state(id);
    const deed = { verb: "exec", values: { detach }, args: [id, "sleep", "2000"] };
    const stops = stage.stops(deed);
    for (const stop of stops) {
      await stage.killAtStop(deed, stop);
      await stage.nobodyHalfMade(stop.what);
      stage.ours("exec", id, "true");
      assert.deepEqual({ ...stage.state(id) }.status, "running", stop.what);
      const others = () => stage.processes(id).filter((other) => other !== pid);
      // One that is ending has closed its files, by which it was known, a little before it leaves its cgroups.
      await until(`${stop.what}: at most the one new process to be left`, () => others().length <= 1);
      for (const other of others()) sendSignal(other, "SIGKILL");
    }
    stage.ours("delete", "--force", id);
    await stage.leavesNothing(name);
    t.diagnostic(`${name}: killed at ${stops.length} points`);
    assert.ok(stops.length > 5);
  });
}
