/**
 * `/linux/intelRdt` performed: what is written to which file. No machine of ours has resctrl, so a plain directory stands in
 * for a group of it, with the two files that the kernel would make.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { getpid, parseMountinfo, performPlan } from "../../src/1-kernel/mod.ts";
import { findResctrl } from "../../src/2-oci/facts/resctrl.ts";
import { unified } from "../../src/2-oci/plan/golden-machines.ts";
import { planJoinResctrl, planOpenResctrl, planResctrlGroup, resctrlTasks } from "../../src/2-oci/plan/intel-rdt.ts";
import { namer, type Planning } from "../../src/2-oci/plan/planning.ts";
import type { IntelRdt } from "../../src/2-oci/spec/config.ts";

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
