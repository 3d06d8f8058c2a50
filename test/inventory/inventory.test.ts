import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readCmdline, readMountinfo, readNamespaceLinks } from "@glassbox/runtime/kernel";
import { until } from "../../packages/runtime/test/root/until.ts";
import { compare, type Inventory, leaksSince, takeInventory, testScope } from "./inventory.ts";

const directory = mkdtempSync(join(tmpdir(), "glassbox-inventory-"));
const scope = testScope({ cgroupBase: `/glassbox-inventory-${process.pid}`, directories: [directory] });
after(() => rmSync(directory, { recursive: true, force: true }));
const asRoot = process.getuid?.() === 0 ? false : "needs root";

const NOTHING: Inventory = {
  processes: new Map(),
  mounts: new Map(),
  namespaces: new Map(),
  cgroups: new Map(),
  links: new Map(),
  files: new Map(),
};

test("compare names what is new and what was unmounted, and nothing else", () => {
  const before = {
    ...NOTHING,
    mounts: new Map([["1", 'mount of tmpfs at "/a"']]),
    files: new Map([["/f", 'file "/f"']]),
  };
  const now = { ...NOTHING, processes: new Map([["7@1", "process 7 (sleep)"]]) };
  assert.deepEqual(compare(before, now), ["process 7 (sleep) was left behind", 'mount of tmpfs at "/a" is gone']);
  assert.deepEqual(compare(before, before), []);
});

test("takeInventory finds a process that was orphaned, by its environment", async () => {
  const before = takeInventory(scope);
  // The shell ends at once; its child is adopted by whoever reaps orphans here.
  const { stdout } = spawnSync("sh", ["-c", "sleep 60 >/dev/null 2>&1 & echo $!"], { encoding: "utf8", cwd: "/" });
  const pid = Number(stdout);
  try {
    await until("the child to become sleep", () => readCmdline(pid)?.[0] === "sleep");
    assert.deepEqual(compare(before, takeInventory(scope)), [`process ${pid} (sleep 60) was left behind`]);
  } finally {
    process.kill(pid, "SIGKILL");
  }
  assert.deepEqual(await leaksSince(before, scope), []);
});

test("takeInventory does not count a process with another marker", () => {
  const before = takeInventory(scope);
  const script = "sleep 60 >/dev/null 2>&1 & echo $!";
  const env = { PATH: process.env.PATH ?? "", GLASSBOX_TEST: "somebody else's" };
  const pid = Number(spawnSync("sh", ["-c", script], { encoding: "utf8", cwd: "/", env }).stdout);
  try {
    assert.deepEqual(compare(before, takeInventory(scope)), []);
  } finally {
    process.kill(pid, "SIGKILL");
  }
});

test("takeInventory finds files", () => {
  const before = takeInventory(scope);
  writeFileSync(join(directory, "left"), "");
  assert.deepEqual(compare(before, takeInventory(scope)), [`file "${directory}/left" was left behind`]);
  rmSync(join(directory, "left"));
});

test("takeInventory finds mounts, namespaces held by mounts, and namespaces held by processes", {
  skip: asRoot,
}, async () => {
  const [tmpfs, held] = [join(directory, "tmpfs"), join(directory, "uts")];
  mkdirSync(tmpfs);
  writeFileSync(held, "");
  const before = takeInventory(scope);
  const apart = spawn("unshare", ["--net", "sleep", "60"]);
  try {
    spawnSync("mount", ["-t", "tmpfs", "none", tmpfs]);
    spawnSync("unshare", [`--uts=${held}`, "true"]);
    const network = (pid: number | "self") => readNamespaceLinks(pid).own.net;
    await until("unshare to be apart", () => network(apart.pid ?? 0) !== network("self"));
    const leaks = compare(before, takeInventory(scope)).map((leak) => leak.replaceAll(/\d+/g, "N"));
    const place = directory.replaceAll(/\d+/g, "N");
    for (const expected of [
      `mount of tmpfs at "${place}/tmpfs" was left behind`,
      `mount of nsfs at "${place}/uts" was left behind`,
      `uts namespace N, mounted at "${place}/uts" was left behind`,
    ])
      assert.ok(leaks.includes(expected), `${expected}; found ${leaks.join("; ")}`);
    assert.ok(leaks.some((leak) => leak === "net namespace N with process N in it was left behind"));
  } finally {
    spawnSync("umount", [tmpfs]);
    spawnSync("umount", [held]);
    apart.kill("SIGKILL");
  }
  assert.deepEqual(await leaksSince(before, scope), []);
});

test("takeInventory finds cgroups under our base in any hierarchy", (t) => {
  const root = (readMountinfo("self") ?? []).find(
    ({ fsType, superOptions }) => fsType === "cgroup2" || (fsType === "cgroup" && superOptions.includes("pids")),
  );
  if (!root || asRoot) return t.skip("needs root and a cgroup file system");
  const before = takeInventory(scope);
  const made = `${root.mountPoint}${scope.cgroupBase}`;
  mkdirSync(made);
  try {
    assert.deepEqual(compare(before, takeInventory(scope)), [`cgroup "${made}" was left behind`]);
  } finally {
    rmdirSync(made);
  }
});
