import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cannotObserve, hasBecome, LiveGraph, withGraph } from "./live-graph.ts";

const skip = cannotObserve;

test("Observer recognises a container of runc through its life", async (t) => {
  if (cannotObserve) return t.skip(cannotObserve);
  if (spawnSync("runc", ["--version"]).status !== 0) return t.skip("needs runc");
  const work = mkdtempSync(join(tmpdir(), "glassbox-runc-"));
  const root = join(work, "state");
  const id = `observe-${process.pid}`;
  const live = await LiveGraph.open({ scan: false, stateRoots: [{ directory: root, runtime: "runc" }] });
  const runc = (...args: string[]) => {
    // Not pipes: the container keeps its standard output, and its end would be waited for.
    const result = spawnSync("runc", ["--root", root, "--log", join(work, "log"), ...args], {
      stdio: "ignore",
      cwd: work,
    });
    assert.equal(result.status, 0, `runc ${args.join(" ")}`);
  };
  try {
    makeBundle(work);
    runc("create", "--bundle", work, id);
    const created = await live.seen(
      "container",
      "created",
      (node) => node.containerId === id && node.init !== undefined && node.status === "created",
    );
    assert.deepEqual(
      [created.id, created.runtime, created.status, created.bundle],
      [`container:runc:${id}`, "runc", "created", work],
    );
    runc("start", id);
    await live.seen("container", "running", (node) => node.containerId === id && node.status === "running");
    const init = await live.seen(
      "process",
      "of the container",
      (node) => node.id === created.init && hasBecome(node, "sleep"),
    );
    assert.deepEqual([init.nsPids.at(-1), init.argv], [1, ["sleep", "90"]]);
    runc("kill", id, "KILL");
    const stopped = await live.seen(
      "container",
      "stopped",
      (node) => node.containerId === id && node.status === "stopped",
    );
    assert.equal(stopped.init, undefined);
    runc("delete", id);
    await live.gone("container", id, (node) => node.containerId === id);
  } finally {
    spawnSync("runc", ["--root", root, "delete", "--force", id], { stdio: "ignore" });
    await live.close();
    rmSync(work, { recursive: true });
  }
});

test(
  "Observer takes a learner's first process in a new pid namespace for a container by hand, and nobody else's",
  { skip },
  withGraph(async (live) => {
    const others = await live.shell();
    const learner = await live.shell("060-test");
    await others.start("unshare --mount --pid --fork sleep 91");
    await learner.start("unshare --mount --pid --fork sleep 92");
    const container = await live.seen(
      "container",
      "by hand",
      (node) => node.runtime === "by hand" && node.lab === "060-test",
    );
    // It is a container as soon as it is made, and becomes its program a little later.
    const init = await live.seen(
      "process",
      "that is the container's first",
      (node) => node.id === container.init && hasBecome(node, "sleep"),
    );
    assert.deepEqual([container.lab, container.status, init.argv], ["060-test", "running", ["sleep", "92"]]);
    await live.observer.refresh();
    const all = [...live.observer.nodes.values()].filter(
      (node) => node.kind === "container" && node.runtime === "by hand",
    );
    // Somebody else's chroot on this machine may count as one, but neither unshare itself nor the unclaimed one does.
    assert.deepEqual(
      all.filter(({ origin }) => origin !== "host").map((node) => node.id),
      [container.id],
    );
    process.kill(init.pid, "SIGKILL");
    await live.gone("container", "by hand", (node) => node.id === container.id);
    const rest = live.find("process", (node) => node.argv[1] === "91" && node.comm === "sleep");
    if (rest) process.kill(rest.pid, "SIGKILL");
  }),
);

test("Observer finds a container under the --root that its runtime was given", async (t) => {
  if (cannotObserve) return t.skip(cannotObserve);
  if (spawnSync("runc", ["--version"]).status !== 0) return t.skip("needs runc");
  const work = mkdtempSync(join(tmpdir(), "glassbox-root-"));
  const id = `elsewhere-${process.pid}`;
  const live = await LiveGraph.open({ scan: false, stateRoots: [] });
  try {
    makeBundle(work);
    const learner = await live.shell("061-test");
    await learner.start(`cd ${work}; runc --root state --log log run ${id}`);
    const found = await live.seen(
      "container",
      "running",
      ({ containerId, status }) => containerId === id && status === "running",
    );
    assert.deepEqual([found.runtime, found.lab, found.bundle], ["runc", "061-test", work]);
  } finally {
    spawnSync("runc", ["--root", join(work, "state"), "delete", "--force", id], { stdio: "ignore" });
    await live.close();
    rmSync(work, { recursive: true });
  }
});

/** busybox and a config.json that runc's own `spec` wrote, without what this machine's missing capabilities refuse. */
function makeBundle(directory: string): void {
  mkdirSync(join(directory, "rootfs/bin"), { recursive: true });
  copyFileSync("/usr/bin/busybox", join(directory, "rootfs/bin/busybox"));
  symlinkSync("busybox", join(directory, "rootfs/bin/sleep"));
  const written = spawnSync("runc", ["spec"], { cwd: directory });
  assert.equal(written.status, 0);
  const path = join(directory, "config.json");
  const config = JSON.parse(spawnSync("cat", [path], { encoding: "utf8" }).stdout);
  config.process = { ...config.process, terminal: false, args: ["sleep", "90"], rlimits: [] };
  config.process.capabilities = { bounding: [], effective: [], permitted: [], ambient: [] };
  writeFileSync(path, JSON.stringify(config));
}
