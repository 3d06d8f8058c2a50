/**
 * Fails the plan of a container at one call after another. Each time the error has to name the call and the field of
 * config.json that asked for it, and nothing may be left: no process, mount, namespace, cgroup or file.
 */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { messageOf } from "../../../packages/runtime/src/0-base/mod.ts";
import type { Op, Plan } from "../../../packages/runtime/src/1-kernel/mod.ts";
import { Log } from "../../../packages/runtime/src/2-oci/cli/log.ts";
import { remove } from "../../../packages/runtime/src/2-oci/verbs/delete.ts";
import { launch } from "../../../packages/runtime/src/2-oci/verbs/launch.ts";
import type { LaunchOptions } from "../../../packages/runtime/src/2-oci/verbs/launch-flags.ts";
import { start } from "../../../packages/runtime/src/2-oci/verbs/start.ts";
import type { Context } from "../../../packages/runtime/src/2-oci/verbs/verb.ts";
import { defaultConfiguration } from "../../../packages/runtime/test/suites/oci/rig/configuration.ts";
import { makeRootfs } from "../../../packages/runtime/test/suites/oci/rig/rootfs.ts";
import { leaksSince, takeInventory, testScope } from "../../inventory/inventory.ts";
import { type Bundle, bundles, HOST_ID, type Sockets } from "./bundles.ts";

const NOT_ROOT = process.getuid?.() === 0 ? false : "needs root";
/** An error that no call of a plan may shrug off. */
const ERRNO = "EIO";
/** Killed processes are gone at once, but the kernel frees what they held a little later. */
const PATIENCE_MS = 20_000;
/** What is left stays left, and to look for it takes as long as to make a container. */
const POINTS_A_LOOK = 8;
const NO_ERROR = "no error";

const work = mkdtempSync(join(tmpdir(), "fault-injection-"));
// Root of a user namespace is somebody else out here, and has to get through to its root file system.
chmodSync(work, 0o755);
const cgroup = `/glassbox-faults-${process.pid}`;
const scope = testScope({ cgroupBase: cgroup, directories: [work] });
after(() => rmSync(work, { recursive: true, force: true }));

const sockets: Sockets = { console: join(work, "console"), pidfd: join(work, "pidfd"), agent: join(work, "agent") };
/** What came to the sockets. Nobody reads it: so the descriptors in it stay open, as a caller keeps them. */
const connections = new Set<Socket>();
const servers = Object.values(sockets).map((path) =>
  createServer({ pauseOnConnect: true }, (socket) => void connections.add(socket)).listen(path),
);
after(() => {
  for (const server of servers) server.close();
});

for (const bundle of bundles(sockets)) {
  test(`launch of a ${bundle.name} bundle leaves nothing, whichever call fails`, { skip: NOT_ROOT }, async (t) => {
    const path = makeBundle(bundle);
    const root = join(work, `${bundle.name}-state`);
    mkdirSync(root);
    const context = { root, log: new Log({ file: join(work, "log"), json: false, debug: false }) };
    writeFileSync(join(work, "log"), "");
    t.after(() => remove.run(context, { force: true }, [bundle.name]));
    const options = { ...bundle.options, id: bundle.name, bundle: path, mode: bundle.mode };
    // Once without a fault: it makes the mount points in the root file system, which stay, and shows that the rest works.
    assert.equal(await launch(context, options), 0);
    if (bundle.mode !== "run") await remove.run(context, { force: true }, [bundle.name]);

    const plan = await planOf(context, options);
    const points = callsOf(plan);
    const before = takeInventory(scope);
    const findings: string[] = [];
    for (const [count, point] of points.entries()) {
      const { program, index, op } = point;
      const where = `${program} ${index}, ${op.call} (${op.why})`;
      const failAt = { program, op: index, errno: ERRNO } as const;
      const message = await launch(context, { ...options, failAt }).then(() => NO_ERROR, messageOf);
      if (message === NO_ERROR && bundle.mode === "create" && isAfterCreated(plan, point)) {
        // `create` has done its part by then, and may be gone: nobody is left to be told.
        await startAndDelete(context, bundle.name);
      } else {
        for (const expected of [`${op.call}(`, ERRNO, ...(op.from === undefined ? [] : [`"${op.from}"`])]) {
          if (!message.includes(expected)) findings.push(`${where}: error without ${expected}: ${message}`);
        }
      }
      for (const connection of connections) connection.destroy();
      connections.clear();
      if ((count + 1) % POINTS_A_LOOK > 0 && count + 1 < points.length) continue;
      const leaks = await leaksSince(before, scope, PATIENCE_MS);
      findings.push(...leaks.map((leak) => `${where}, or one of the ${POINTS_A_LOOK - 1} calls before: ${leak}`));
      // What is left now would be found again at every later look.
      if (leaks.length > 0) break;
    }
    assert.deepEqual(findings, []);
    t.diagnostic(`${bundle.name}: ${points.length} points tried, every call of the plan`);
  });
}

function makeBundle({ name, change }: Bundle): string {
  const path = join(work, name);
  makeRootfs(join(path, "rootfs"), join(work, "busybox"));
  const configuration = defaultConfiguration("true");
  configuration.linux.cgroupsPath = cgroup;
  configuration.root.readonly = false;
  change(configuration);
  if (configuration.linux.uidMappings) chownSync(join(path, "rootfs"), HOST_ID, HOST_ID);
  writeFileSync(join(path, "config.json"), JSON.stringify(configuration));
  return path;
}

/** What `launch` would have performed. */
async function planOf(context: Context, options: LaunchOptions): Promise<Plan> {
  let seen: Plan | undefined;
  const alter = (plan: Plan) => {
    seen = plan;
    throw new Error("seen");
  };
  await assert.rejects(launch({ ...context, alter }, options), /seen/);
  assert.ok(seen);
  return seen;
}

function callsOf(plan: Plan): Array<{ program: string; index: number; op: Op }> {
  return plan.programs.flatMap(({ name, ops }) => ops.map((op, index) => ({ program: name, index, op })));
}

function isAfterCreated(plan: Plan, { program, index }: { program: string; index: number }): boolean {
  const init = plan.programs.find(({ name }) => name === "init")?.ops ?? [];
  const created = init.findIndex(({ why }) => why === "Say that the container is created");
  assert.notEqual(created, -1);
  return program === "init" && index > created;
}

/**
 * The errors of `start`, and the only ones: the process may have ended before it was started, or before a hook joined it.
 * While the kernel is ending it, it waits at the FIFO no longer and is no zombie yet, which is how a running one looks.
 */
const ENDED = /has stopped|ended before|container not running|an already running container/;

async function startAndDelete(context: Context, id: string): Promise<void> {
  await start.run(context, {}, [id]).catch((thrown) => assert.match(messageOf(thrown), ENDED));
  await remove.run(context, { force: true }, [id]);
}
