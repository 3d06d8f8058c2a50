/**
 * SIGKILL for the command as it is installed, with its launcher, planner and sysrun side by side, at moments spread over
 * the time that it takes: the other two end with the launcher, and `delete --force` finds what they made.
 */
import { after, before, test } from "node:test";
import { Stage } from "./stage.ts";

const NOT_ROOT = process.getuid?.() === 0 ? false : "needs root";
const MOMENTS = 12;

let stage: Stage;
before(async () => {
  if (!NOT_ROOT) stage = await Stage.open();
});
after(() => stage?.close());

for (const verb of ["create", "run"]) {
  test(`delete --force cleans up after a glassrun ${verb} killed at any moment`, { skip: NOT_ROOT }, async (t) => {
    const id = `killed-${verb}`;
    const startMs = Date.now();
    stage.ours("create", "--bundle", stage.bundle, id);
    const tookMs = Date.now() - startMs;
    stage.ours("delete", "--force", id);
    let unfinished = 0;
    for (let moment = 0; moment < MOMENTS; moment++) {
      const afterMs = (tookMs * moment) / MOMENTS;
      await stage.killAfter(afterMs, verb, "--bundle", stage.bundle, id);
      if (stage.has(id)) unfinished++;
      stage.ours("delete", "--force", id);
      await stage.leavesNothing(`killed after ${afterMs} ms`);
    }
    t.diagnostic(`${verb}: killed at ${MOMENTS} moments in ${tookMs} ms, ${unfinished} of them with something made`);
  });
}
