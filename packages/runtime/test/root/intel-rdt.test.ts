/**
 * `/linux/intelRdt` performed: what is written to which file. No machine of ours has resctrl, so a plain directory stands in
 * for a group of it, with the two files that the kernel would make.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { getpid, performPlan } from "../../src/1-kernel/mod.ts";
import { planJoinResctrl, planOpenResctrl, planResctrlGroup, resctrlTasks } from "../../src/2-oci/plan/intel-rdt.ts";
import type { Planning } from "../../src/2-oci/plan/planning.ts";
import { planning, standIn } from "../../src/2-oci/plan/resctrl-stand-in.ts";
import type { IntelRdt } from "../../src/2-oci/spec/config.ts";

/** As a container is made: the group, then the process, here the one that performs the plan. */
async function perform(request: Planning): Promise<number> {
  const tasks = resctrlTasks(request) ?? "";
  const { results } = await performPlan({
    programs: [
      {
        name: "runtime",
        ops: [
          ...planResctrlGroup(request),
          getpid({ why: "Have a process", result: "init" }),
          planOpenResctrl(tasks),
          ...planJoinResctrl("init"),
        ],
      },
    ],
  });
  return results.init ?? 0;
}

test("planResctrlGroup writes the limits of a group of the container's own, and planJoinResctrl its process", async (t) => {
  const wanted: IntelRdt = { l3CacheSchema: "L3:0=f\nMB:0=70", memBwSchema: "MB:0=20", schemata: ["L2:0=3"] };
  const { find, read } = standIn(t, { web: "L3:0=ff\n" });
  const pid = await perform(planning(wanted, find(wanted)));
  assert.equal(read("web", "schemata"), "L3:0=f\nMB:0=20\nL2:0=3\n");
  assert.equal(read("web", "tasks"), `${pid}`);
});

test("planResctrlGroup leaves a class of service that exists as it is", async (t) => {
  const { find, read } = standIn(t, { gold: "    L3:0=00f;1=0ff\n    MB:0= 20\n" });
  for (const wanted of [{ closID: "gold" }, { closID: "gold", l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=20" }]) {
    const pid = await perform(planning(wanted, find(wanted)));
    assert.equal(read("gold", "schemata"), "    L3:0=00f;1=0ff\n    MB:0= 20\n");
    assert.equal(read("gold", "tasks"), `${pid}`);
  }
});
