/**
 * What is left of a lab when its agent ends: nothing in the kernel, whether the agent was told to stop or was killed and a
 * new one tidies up; and the learner's progress and values are still there. Then the edges: a reset makes new values, a
 * learner who forgets unshare does not move the machine's root.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { nativeProgram, readMountinfo } from "@glassbox/runtime/kernel";
import { parseSolveScript } from "../../../apps/agent/src/labs/mod.ts";
import { Observer } from "../../../apps/agent/src/observe/observer.ts";
import { until } from "../../../packages/runtime/test/root/until.ts";
import { leaksSince, takeInventory } from "../../inventory/inventory.ts";
import { cannotStage, LabStage } from "./lab-stage.ts";

let stage: LabStage;
beforeEach(async () => {
  if (cannotStage === false) stage = await LabStage.open();
});
afterEach(async () => {
  if (cannotStage === false) await stage.close();
});

async function solve(lab: string, count: number): Promise<void> {
  for (const { id } of stage.labs.detail(lab).steps.slice(0, count)) {
    await stage.perform(lab, parseSolveScript(stage.labs.solution(lab, id).commands.join("\n")));
    await stage.untilDone(lab, id);
  }
}

const inTheMiddle: Array<[lab: string, stepsDone: number, leaving: string]> = [
  ["003-mount", 4, "a process with a mount namespace and root of its own, a shared tmpfs on the host, a bind mount"],
  ["000-half-an-hour", 7, "a running container of glassrun's, an overlay on the host, a cgroup by hand"],
];
for (const [lab, stepsDone, leaving] of inTheMiddle) {
  test(`Labs.recover takes back what a killed agent left, and keeps progress, values and files: ${leaving}`, async (t) => {
    if (cannotStage) return t.skip(cannotStage);
    const { workDir, values, whyNotRunnable } = stage.labs.detail(lab);
    if (whyNotRunnable !== undefined) return t.skip(whyNotRunnable);
    const kernelOnly = { ...stage.scope, directories: [workDir] };
    const before = takeInventory(kernelOnly);
    await stage.labs.open(lab);
    await solve(lab, stepsDone);

    // A killed agent runs no clean-up. The next one starts on the same directories.
    const next = stage.newLabs();
    assert.deepEqual(await next.recover(), []);

    const left = (await leaksSince(before, kernelOnly)).filter((leak) => !leak.startsWith("file"));
    assert.deepEqual(left, []);
    assert.deepEqual(next.detail(lab).values, values);
    assert.equal(next.catalogue().find(({ id }) => id === lab)?.stepsDone, stepsDone);
    assert.ok(existsSync(join(workDir, "rootfs/bin/busybox")), "the learner's files are still there");
    assert.deepEqual(await next.recover(), [], "a second time there is nothing to do");
  });
}

test("Labs.stop leaves nothing in the kernel, and progress as it is", async (t) => {
  if (cannotStage) return t.skip(cannotStage);
  const lab = "006-layers";
  const summary = stage.labs.catalogue().find(({ id }) => id === lab);
  if (summary?.whyNotRunnable !== undefined) return t.skip(summary.whyNotRunnable);
  const kernelOnly = { ...stage.scope, directories: [stage.labs.detail(lab).workDir] };
  const before = takeInventory(kernelOnly);
  await stage.labs.open(lab);
  await solve(lab, 2);

  assert.deepEqual(await stage.labs.stop(), []);

  assert.deepEqual(
    (await leaksSince(before, kernelOnly)).filter((leak) => !leak.startsWith("file")),
    [],
  );
  assert.equal(stage.labs.state(lab).phase, "closed");
  assert.equal(stage.labs.catalogue().find(({ id }) => id === lab)?.stepsDone, 2);
});

test("Labs.reset deletes a running container of the lab, with its cgroups in every tree", async (t) => {
  if (cannotStage) return t.skip(cannotStage);
  const lab = "007-bundle";
  const { whyNotRunnable, values } = stage.labs.detail(lab);
  if (whyNotRunnable !== undefined) return t.skip(whyNotRunnable);
  await stage.labs.open(lab);
  await solve(lab, 5);
  const name = values.box ?? "";
  assert.notDeepEqual(cgroupsCalled(name), [], "it is running");

  await stage.labs.reset(lab);

  assert.deepEqual(cgroupsCalled(name), []);
  assert.equal(existsSync(`/run/glassrun/${name}`), false);
  await stage.closeTerminals();
});

/** find(1) fails for somebody else's cgroup that goes away while it looks, and has found the others all the same. */
function cgroupsCalled(name: string): string[] {
  const { stdout } = spawnSync("find", ["/sys/fs/cgroup", "-type", "d", "-name", name], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean);
}

test("Labs.resetStep forgets a step and those after it, and brings back its files", async (t) => {
  if (cannotStage) return t.skip(cannotStage);
  const lab = "001-process";
  await stage.labs.open(lab);
  await solve(lab, 3);
  const [first, second, third] = stage.labs.detail(lab).steps;
  if (!first || !second || !third) throw new Error("The lab has fewer than three steps");
  await stage.perform(lab, [{ kind: "type", line: "rm uts.txt" }]);

  const state = await stage.labs.resetStep(lab, second.id);

  assert.deepEqual(
    state.steps.slice(0, 3).map(({ status }) => status),
    ["done", "current", "todo"],
  );
});

test("Labs.reset draws new values and forgets what was done", async (t) => {
  if (cannotStage) return t.skip(cannotStage);
  const lab = "001-process";
  await stage.labs.open(lab);
  const before = stage.labs.detail(lab);
  await solve(lab, 1);

  const state = await stage.labs.reset(lab);

  assert.equal(state.phase, "closed");
  assert.ok(state.steps.every(({ status }) => status === "todo"));
  assert.notDeepEqual(stage.labs.detail(lab).values, before.values);
  assert.equal(existsSync(before.workDir), false);
  await stage.closeTerminals();
});

test("Labs.reset unmounts what of the lab was mounted elsewhere on the machine", async (t) => {
  if (cannotStage) return t.skip(cannotStage);
  const lab = "001-process";
  const elsewhere = mkdtempSync("/var/tmp/glassbox-elsewhere-");
  const isMounted = () => readMountinfo("self")?.some(({ mountPoint }) => mountPoint === elsewhere);
  try {
    await stage.labs.open(lab);
    await stage.perform(lab, [{ kind: "type", line: `mount --bind . ${elsewhere}` }]);
    await until("the mount", () => isMounted() === true);
    await stage.observer.refresh();
    const node = [...stage.observer.nodes.values()].find(
      (each) => each.kind === "mount" && each.mountPoint === elsewhere,
    );
    assert.equal(node?.lab, lab);
    await stage.labs.reset(lab);
    assert.ok(!isMounted());
  } finally {
    if (isMounted()) execFileSync("umount", ["--lazy", elsewhere]);
    rmdirSync(elsewhere);
    await stage.closeTerminals();
  }
});

for (const who of ["Labs.reset", "Labs.recover after a kill"] as const) {
  test(`${who} unmounts what the learner mounted elsewhere on the machine, and nothing of the machine's`, async (t) => {
    if (cannotStage) return t.skip(cannotStage);
    const lab = "001-process";
    const elsewhere = mkdtempSync("/var/tmp/glassbox-elsewhere-");
    const mountsThere = () =>
      (readMountinfo("self") ?? []).filter(({ mountPoint }) => mountPoint.startsWith(elsewhere));
    const at = (name: string) => join(elsewhere, name);
    for (const name of ["learners", "machines"]) mkdirSync(at(name));
    try {
      await stage.labs.open(lab);
      const { workDir } = stage.labs.detail(lab);
      // Named as what it stands for, and slow enough to be read on a machine that is busy.
      writeFileSync(join(workDir, "mount"), '#!/bin/sh\nsleep 3\nexec /bin/mount "$@"\n', { mode: 0o755 });
      await stage.perform(lab, [{ kind: "type", line: `./mount -t tmpfs none ${at("learners")}; echo mount''ed` }]);
      await stage.perform(lab, [{ kind: "wait", text: "mounted" }]);
      execFileSync("mount", ["-t", "tmpfs", "none", at("machines")]);
      await stage.observer.refresh();
      const origins = [...stage.observer.nodes.values()].flatMap((node) =>
        node.kind === "mount" && node.mountPoint.startsWith(elsewhere)
          ? [[node.mountPoint, node.origin, node.lab]]
          : [],
      );
      assert.deepEqual(origins, [
        [at("learners"), "learner", lab],
        [at("machines"), "host", undefined],
      ]);
      if (who === "Labs.reset") await stage.labs.reset(lab);
      else await withNewObserver(async (graph) => assert.deepEqual(await stage.newLabs(graph).recover(), []));
      assert.deepEqual(
        mountsThere().map(({ mountPoint }) => mountPoint),
        [at("machines")],
      );
    } finally {
      for (const { mountPoint } of mountsThere()) execFileSync("umount", ["--lazy", mountPoint]);
      rmSync(elsewhere, { recursive: true });
      await stage.closeTerminals();
    }
  });
}

/** What the next agent sees: it was not there when the learner typed. */
async function withNewObserver(body: (observer: Observer) => Promise<void>): Promise<void> {
  const observer = await Observer.start({ kwatchProgram: nativeProgram("kwatch") });
  try {
    await body(observer);
  } finally {
    await observer.close();
  }
}

test("A lab with pivot_root keeps it from moving the machine's own root", async (t) => {
  if (cannotStage) return t.skip(cannotStage);
  const lab = "003-mount";
  await stage.labs.open(lab);
  // Only where a slip is caught by the kernel may it be tried: elsewhere this test would move this machine's root.
  const { workDir } = stage.labs.detail(lab);
  const guarded = readMountinfo("self")?.some(
    (mount) => mount.mountPoint === workDir && mount.sharedGroup !== undefined,
  );
  assert.ok(guarded, `"${workDir}" is a shared mount`);
  await stage.perform(lab, [
    { kind: "type", line: "mount --bind rootfs rootfs && cd rootfs && mkdir -p old && pivot_root . old" },
    { kind: "wait", text: "Invalid argument" },
  ]);
  assert.equal(readlinkSync("/proc/self/root"), "/");
  assert.ok(existsSync("/proc/self/exe"));
});

test("Labs.writeFile saves what the editor sends, into the lab only", async (t) => {
  if (cannotStage) return t.skip(cannotStage);
  const lab = "001-process";
  await stage.labs.open(lab);
  const { workDir } = stage.labs.detail(lab);
  writeFileSync(join(workDir, "note.txt"), "a");
  const note = await stage.labs.readFile(lab, "note.txt");
  await stage.labs.writeFile(lab, { ...note, text: "b" });
  assert.equal((await stage.labs.readFile(lab, "note.txt")).text, "b");
  await assert.rejects(stage.labs.readFile(lab, "../../progress.json"), { category: "invalid argument" });
});
