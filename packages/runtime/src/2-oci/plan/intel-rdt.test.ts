import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findResctrl } from "../facts/resctrl.ts";
import { removeCgroups } from "../verbs/cleanup.ts";
import { differingLine, planResctrlGroup, resctrlPlace, resctrlTasks, schemataOf } from "./intel-rdt.ts";
import { planning, standIn } from "./resctrl-stand-in.ts";

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
