import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parseMountinfo } from "../../1-kernel/mod.ts";
import { findResctrl } from "../facts/resctrl.ts";
import type { IntelRdt } from "../spec/config.ts";
import { removeCgroups } from "../verbs/cleanup.ts";
import { unified } from "./golden-machines.ts";
import { differingLine, planResctrlGroup, resctrlPlace, resctrlTasks, schemataOf } from "./intel-rdt.ts";
import { namer, type Planning } from "./planning.ts";

function planning(intelRdt: IntelRdt, resctrl: Planning["facts"]["resctrl"]): Planning {
  return {
    ...{ id: "web", bundle: "/b", rootfs: "/b/rootfs", mode: "run", startFifo: "/f", waitForStart: false },
    config: { ociVersion: "1.2.0", linux: { intelRdt } },
    facts: { ...unified, resctrl },
    warn: () => {},
    name: namer(),
  };
}

/** A plain directory in the place of the file system, which makes the files of a group by itself. */
function standIn(t: TestContext, groups: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), "resctrl-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, schemata] of Object.entries(groups)) {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, "schemata"), schemata);
    writeFileSync(join(directory, name, "tasks"), "");
  }
  const mounts = parseMountinfo(`40 20 0:50 / ${directory} rw - resctrl resctrl rw`);
  const read = (...names: string[]) => readFileSync(join(directory, ...names), "utf8");
  return { directory, find: (wanted: IntelRdt) => findResctrl(wanted, "web", mounts), read };
}

test("planResctrlGroup makes what is missing: the group, and the one that counts", (t) => {
  const { directory, find } = standIn(t, {});
  const fresh = { closID: "gold", l3CacheSchema: "L3:0=f", enableMonitoring: true };
  assert.deepEqual(
    planResctrlGroup(planning(fresh, find(fresh))).map(({ call }) => call),
    [...["mkdirat", "openat", "write", "close", "mkdirat"]],
  );
  assert.equal(resctrlTasks(planning(fresh, find(fresh))), join(directory, "gold/mon_groups/web/tasks"));
  assert.deepEqual(
    planResctrlGroup(planning({}, find({}))).map(({ call }) => call),
    ["mkdirat"],
  );
  const named = { closID: "gold" };
  assert.throws(() => planResctrlGroup(planning(named, find(named))), /class of service "gold".*there is no directory/);
});

test("planResctrlGroup takes a class of service that exists only as it is", (t) => {
  const { find } = standIn(t, { gold: "    L3:0=00f;1=0ff\n    MB:0= 20\n" });
  for (const wanted of [{ closID: "gold" }, { closID: "gold", l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=20" }])
    assert.deepEqual(planResctrlGroup(planning(wanted, find(wanted))), []);
  const other = { closID: "gold", l3CacheSchema: "L3:0=f;1=f" };
  assert.throws(() => planResctrlGroup(planning(other, find(other))), /"gold".*it exists, and not with "L3:0=f;1=f"/);
});

test("planResctrlGroup refuses shares where no resctrl is mounted, and does nothing unasked", () => {
  assert.equal(findResctrl({}, "web", []), undefined);
  assert.throws(() => planResctrlGroup(planning({}, undefined)), /Intel RDT is not supported or enabled/);
  assert.deepEqual(planResctrlGroup({ ...planning({}, undefined), config: { ociVersion: "1.2.0" } }), []);
});

test("resctrlPlace takes away only what is the container's own, and removeCgroups does it", async (t) => {
  const { directory } = standIn(t, {});
  const group = join(directory, "g");
  assert.deepEqual(resctrlPlace({}, { group }, "web").own, [group]);
  assert.deepEqual(resctrlPlace({ closID: "g" }, { group }, "web").own, []);
  const monitored = resctrlPlace({ enableMonitoring: true }, { group }, "web");
  assert.deepEqual(monitored.own, [`${group}/mon_groups/web`, group]);
  mkdirSync(group);
  await removeCgroups({ cgroups: [], resctrl: resctrlPlace({}, { group }, "web") });
  assert.throws(() => readFileSync(group), /ENOENT/);
});

test("schemataOf puts the fields together as the specification says", () => {
  assert.equal(schemataOf({}), "");
  assert.equal(schemataOf({ l3CacheSchema: "L3:0=f\nMB:0=70" }), "L3:0=f\nMB:0=70\n");
  assert.equal(schemataOf({ l3CacheSchema: "L3:0=f\nMB:0=70\n", memBwSchema: "MB:0=20" }), "L3:0=f\nMB:0=20\n");
});

test("differingLine compares numbers, and only what is wanted", () => {
  assert.equal(differingLine("L3:1=f\nMB:0=20\n", " L3:0=ff;1=00f\n MB:0= 20"), undefined);
  assert.equal(differingLine("L3:1=ff\nMB:0=20", " L3:0=ff;1=00f\n MB:0= 20"), "L3:1=ff");
  assert.equal(differingLine("L2:0=1", "L3:0=ff"), "L2:0=1");
});
