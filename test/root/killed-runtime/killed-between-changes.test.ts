/**
 * SIGKILL for the runtime before each change that it makes without a plan: files of its state, signals, the byte that
 * starts a container, cgroups that it removes. What was being made can be deleted, a `start` can be tried again, and a
 * `delete` repeated.
 */
import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { until } from "../../../packages/runtime/test/root/until.ts";
import { type Deed, Stage } from "./stage.ts";

const NOT_ROOT = process.getuid?.() === 0 ? false : "needs root";
const id = "killed";

let stage: Stage;
before(async () => {
  if (!NOT_ROOT) stage = await Stage.open();
});
after(() => stage?.close());

/** Kills the deed before each of its changes, after `prepare`; `recover` must leave nothing. */
async function killEverywhere(
  t: TestContext,
  deed: Deed,
  { prepare = () => {}, recover }: { prepare?: () => void | Promise<void>; recover: (what: string) => void },
): Promise<void> {
  t.after(() => void stage.answer("delete", "--force", id));
  await prepare();
  const changes = stage.changes(deed);
  stage.answer("delete", "--force", id);
  // The cgroups of a container's many trees go one after another: the first and the last of such a row stand for it.
  const points = [...changes.keys()].filter((at) => changes[at] !== changes[at - 1] || changes[at] !== changes[at + 1]);
  let killed = 0;
  for (const at of points) {
    const what = `${deed.verb} killed before ${at}, ${changes[at]}`;
    await prepare();
    if (stage.killBefore(deed, at, what)) killed++;
    recover(what);
    await stage.leavesNothing(what);
  }
  t.diagnostic(`${deed.verb}: killed before ${killed} changes`);
  assert.ok(killed > 1, "it changes something");
}

const created = () => void stage.ours("create", "--bundle", stage.bundle, id);
const running = () => stage.runs(id);
const removeByForce = () => void stage.ours("delete", "--force", id);

for (const verb of ["create", "run"]) {
  test(`delete --force cleans up after a ${verb} killed between two changes`, { skip: NOT_ROOT }, async (t) => {
    if (verb === "run") stage.program("exit 0");
    const values = { bundle: stage.bundle, "pid-file": stage.pidFile };
    await killEverywhere(t, { verb, values, args: [id] }, { recover: removeByForce });
    stage.program("exec sleep 1000");
  });
}

test("a start killed between two changes can be tried again, unless the container runs by then", {
  skip: NOT_ROOT,
}, async (t) => {
  await killEverywhere(
    t,
    { verb: "start", values: {}, args: [id] },
    {
      prepare: created,
      recover: (what) => {
        const { code, said } = stage.answer("start", id);
        if (code !== 0) assert.match(said, /cannot start an already running container/, what);
        assert.equal(stage.state(id).status, "running", what);
        assert.notEqual(stage.answer("delete", id).code, 0, `${what}: a running container is not to be deleted`);
        removeByForce();
      },
    },
  );
});

test("a delete killed between two changes can be repeated", { skip: NOT_ROOT }, async (t) => {
  await killEverywhere(
    t,
    { verb: "delete", values: {}, args: [id] },
    {
      prepare: async () => {
        created();
        stage.ours("kill", id, "KILL");
        // While the kernel is ending it, it waits for `start` no longer, and passes for one that runs.
        await until("the container to have stopped", () => stage.state(id).status === "stopped");
      },
      recover: (what) => {
        const { code, said } = stage.answer("delete", id);
        if (code !== 0) assert.match(said, /does not exist/, what);
      },
    },
  );
});

test("a delete --force killed between two changes can be repeated", { skip: NOT_ROOT }, async (t) => {
  const deed = { verb: "delete", values: { force: true }, args: [id] };
  await killEverywhere(t, deed, { prepare: running, recover: removeByForce });
});

test("an exec killed between two changes leaves the container as it was", { skip: NOT_ROOT }, async (t) => {
  const deed = {
    verb: "exec",
    values: { detach: true, "pid-file": stage.pidFile },
    args: [id, "sleep", "2000"],
  };
  await killEverywhere(t, deed, {
    prepare: running,
    recover: (what) => {
      stage.ours("exec", id, "true");
      assert.equal(stage.state(id).status, "running", what);
      removeByForce();
    },
  });
});
