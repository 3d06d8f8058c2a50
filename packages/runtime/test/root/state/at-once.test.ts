/** Commands for the same container at the same time: one after the other, or one of them refused, and never half of each. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Box } from "../../suites/oci/rig/box.ts";
import { feature } from "../../suites/oci/rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'runtime.md "Operations"; docs/life-of-a-container.md, "States"';
const PATIENCE_MS = 30_000;

interface Ended {
  code: number | null;
  /** Standard error. */
  said: string;
}

/** Starts a command, and goes on; its output is in a file, because a container keeps it open. */
function begin(box: Box, name: string, args: string[]): Promise<Ended> {
  const file = box.path(name);
  const fd = openSync(file, "w");
  const [program = "", ...before] = [...box.runtime.command, "--root", box.path("root"), ...args];
  const child = spawn(program, before, { cwd: box.bundle, stdio: ["ignore", fd, fd], timeout: PATIENCE_MS });
  closeSync(fd);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve({ code, said: readFileSync(file, "utf8") }));
  });
}

rule("of several starts at once one starts the container, once", source, async (box) => {
  const output = box.create("echo started; exec sleep 1000");
  const ends = await Promise.all([1, 2, 3, 4].map((number) => begin(box, `start-${number}`, ["start", box.id])));
  assert.equal(ends.filter(({ code }) => code === 0).length, 1, JSON.stringify(ends));
  for (const { code, said } of ends) if (code !== 0) assert.match(said, /cannot start an already running container/);
  await box.until("the program's output", () => readFileSync(output, "utf8") === "started\n");
  assert.equal(box.state().status, "running");
});

for (const force of [true, false]) {
  rule(`several deletes ${force ? "by force " : ""}at once leave nothing, and say so`, source, async (box) => {
    box.launch();
    if (!force) {
      box.ok(["kill", box.id, "KILL"]);
      await box.untilStatus("stopped");
    }
    const args = ["delete", ...(force ? ["--force"] : []), box.id];
    const ends = await Promise.all([1, 2, 3, 4].map((number) => begin(box, `delete-${number}`, args)));
    const failed = ends.filter(({ code }) => code !== 0);
    assert.ok(failed.length < ends.length, JSON.stringify(ends));
    for (const { said } of failed) assert.match(said, force ? /nothing to complain of/ : /does not exist/);
    assert.deepEqual(readdirSync(box.path("root")), []);
  });
}

rule(
  "delete --force while create is at work takes away what there is by then, and what is still made",
  source,
  async (box) => {
    box.configure("exec sleep 1000");
    const startMs = Date.now();
    box.ok(["create", "first"]);
    const tookMs = Date.now() - startMs;
    box.ok(["delete", "--force", "first"]);
    for (let moment = 0; moment < 8; moment++) {
      const creating = begin(box, "create", ["create", box.id]);
      await delay((tookMs * moment) / 8);
      const { code, said } = await begin(box, "delete", ["delete", "--force", box.id]);
      assert.equal(code, 0, said);
      const created = await creating;
      // Either it came too late for the delete, and is whole, or it was taken back.
      if (created.code === 0 && existsSync(box.path("root", box.id))) assert.equal(box.state().status, "created");
      else assert.deepEqual(readdirSync(box.path("root")), [], created.said);
      box.ok(["delete", "--force", box.id]);
    }
  },
);

rule("of several creates at once one makes the container, whole", 'runtime.md "Create"', async (box) => {
  box.configure("exec sleep 1000");
  const ends = await Promise.all([1, 2, 3].map((number) => begin(box, `create-${number}`, ["create", box.id])));
  assert.equal(ends.filter(({ code }) => code === 0).length, 1, JSON.stringify(ends));
  for (const { code, said } of ends) if (code !== 0) assert.match(said, /already exists/);
  assert.equal(box.state().status, "created");
});
