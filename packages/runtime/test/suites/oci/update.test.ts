/** `update`: change the limits of a container while it runs. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { idle, MachineCannot } from "./rig/box.ts";
import { type CgroupFile, readCgroup, versionOf } from "./rig/cgroup-files.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-update";
const MIB = 1 << 20;

const memory: CgroupFile = { controller: "memory", v1: "memory.limit_in_bytes", v2: "memory.max" };
const reservation: CgroupFile = { controller: "memory", v1: "memory.soft_limit_in_bytes", v2: "memory.low" };
const swap: CgroupFile = { controller: "memory", v1: "memory.memsw.limit_in_bytes", v2: "memory.swap.max" };
const shares: CgroupFile = { controller: "cpu", v1: "cpu.shares", v2: "cpu.weight" };
const quota: CgroupFile = { controller: "cpu", v1: "cpu.cfs_quota_us", v2: "cpu.max" };
const period: CgroupFile = { controller: "cpu", v1: "cpu.cfs_period_us", v2: "cpu.max" };
const cpus: CgroupFile = { controller: "cpuset", v1: "cpuset.cpus", v2: "cpuset.cpus" };
const mems: CgroupFile = { controller: "cpuset", v1: "cpuset.mems", v2: "cpuset.mems" };
const pids: CgroupFile = { controller: "pids", v1: "pids.max", v2: "pids.max" };

interface Case {
  flag: string;
  value: string;
  file: CgroupFile;
  v1: string;
  v2: string;
}

const cases: Case[] = [
  { flag: "--memory", value: `${64 * MIB}`, file: memory, v1: `${64 * MIB}`, v2: `${64 * MIB}` },
  { flag: "--memory", value: "64M", file: memory, v1: `${64 * MIB}`, v2: `${64 * MIB}` },
  { flag: "--memory-reservation", value: `${32 * MIB}`, file: reservation, v1: `${32 * MIB}`, v2: `${32 * MIB}` },
  // runc's ConvertCPUSharesToCgroupV2Value: 1 + ((512 - 2) * 9999) / 262142
  { flag: "--cpu-share", value: "512", file: shares, v1: "512", v2: "20" },
  { flag: "--cpu-quota", value: "50000", file: quota, v1: "50000", v2: "50000 100000" },
  { flag: "--cpu-period", value: "50000", file: period, v1: "50000", v2: "max 50000" },
  { flag: "--cpuset-cpus", value: "0", file: cpus, v1: "0", v2: "0" },
  { flag: "--cpuset-mems", value: "0", file: mems, v1: "0", v2: "0" },
  { flag: "--pids-limit", value: "33", file: pids, v1: "33", v2: "33" },
  { flag: "--pids-limit", value: "-1", file: pids, v1: "max", v2: "max" },
];

for (const { flag, value, file, v1, v2 } of cases) {
  rule(`${flag} ${value} holds from now on`, source, (box) => {
    const version = versionOf(file.controller);
    const pid = box.launch();
    box.ok(["update", flag, value, box.id]);
    assert.equal(readCgroup(pid, file), version === 1 ? v1 : v2);
  });
}

rule("--memory-swap is memory and swap together", `${source}: "Total memory usage (memory + swap)"`, (box) => {
  const version = versionOf("memory");
  const pid = box.launch();
  box.ok(["update", "--memory", `${32 * MIB}`, "--memory-swap", `${48 * MIB}`, box.id]);
  assert.equal(readCgroup(pid, swap), `${(version === 1 ? 48 : 16) * MIB}`);
});

for (const [from, to] of [
  [32, 64],
  [64, 32],
] as const) {
  rule(
    `memory and swap go from ${from} to ${to} MiB, though v1 refuses memory above swap`,
    "moby#27455: which is written first depends on what is set",
    (box) => {
      versionOf("memory");
      const pid = box.launch(idle, ({ linux }) => {
        linux.resources.memory = { limit: from * MIB, swap: from * MIB };
      });
      box.ok(["update", "--memory", `${to * MIB}`, "--memory-swap", `${to * MIB}`, box.id]);
      assert.equal(readCgroup(pid, memory), `${to * MIB}`);
    },
  );
}

rule("what is not named stays as it is", `${source}: "unchanged values can be omitted"`, (box) => {
  versionOf("memory");
  const pid = box.launch(idle, ({ linux }) => {
    linux.resources.memory = { limit: 64 * MIB };
  });
  box.ok(["update", "--pids-limit", "20", box.id]);
  assert.deepEqual([readCgroup(pid, memory), readCgroup(pid, pids)], [`${64 * MIB}`, "20"]);
});

rule("a period alone keeps the quota, also where both are in one file", source, (box) => {
  const version = versionOf("cpu");
  const pid = box.launch(idle, ({ linux }) => {
    linux.resources.cpu = { quota: 20000, period: 100_000 };
  });
  box.ok(["update", "--cpu-period", "50000", box.id]);
  assert.equal(readCgroup(pid, quota), version === 1 ? "20000" : "20000 50000");
});

for (const flags of [["--resources", "-"], ["--resources=-"], ["-r", "-"]]) {
  rule(`${flags.join(" ")} reads standard input`, "containerd 1.6 and newer pass limits so", (box) => {
    versionOf("pids");
    const pid = box.launch();
    const stdin = JSON.stringify({ pids: { limit: 44 }, cpu: { shares: 1024 } });
    box.ok(["update", ...flags, box.id], { stdin });
    assert.equal(readCgroup(pid, pids), "44");
  });
}

rule("--resources FILE reads the file, and other flags are ignored", source, (box) => {
  versionOf("pids");
  const pid = box.launch();
  writeFileSync(box.path("limits.json"), JSON.stringify({ pids: { limit: 55 } }));
  box.ok(["update", "--resources", box.path("limits.json"), "--pids-limit", "66", box.id]);
  assert.equal(readCgroup(pid, pids), "55");
});

rule(
  "device rules in --resources take nothing from a running container",
  "runc#2204: a list that is made anew forbids everything for a moment",
  async (box) => {
    const output = box.create("while true; do : > /dev/null || echo refused; echo round; done 2> /dev/zero");
    box.ok(["start", box.id]);
    const said = () => readFileSync(output, "utf8");
    await box.until("the first round", () => said() !== "");
    for (let times = 0; times < 10; times++) {
      const stdin = JSON.stringify({ devices: [{ allow: false, access: "rwm" }], pids: { limit: 100 + times } });
      box.ok(["update", "--resources", "-", box.id], { stdin });
    }
    assert.doesNotMatch(said(), /refused/);
    assert.equal(box.exec(": > /dev/null && : < /dev/zero").code, 0);
  },
);

rule(
  "with checkBeforeUpdate a limit below what is used is refused",
  'config-linux.md "Memory": "MUST reject the new limit"',
  async (box) => {
    versionOf("memory");
    const pid = box.launch(`dd if=/dev/zero of=/dev/shm/held bs=1M count=24 2>/dev/null; ${idle}`);
    const usage: CgroupFile = { controller: "memory", v1: "memory.usage_in_bytes", v2: "memory.current" };
    await box.until("24 MiB in use", () => Number(readCgroup(pid, usage)) > 24 * MIB);
    const stdin = JSON.stringify({ memory: { limit: 8 * MIB, swap: 8 * MIB, checkBeforeUpdate: true } });
    box.refused(["update", "--resources", "-", box.id], { stdin });
    assert.equal(box.state().status, "running");
  },
);

rule("a container that has stopped is refused", "runc: container not running", async (box) => {
  box.create("exit 0");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  box.refused(["update", "--pids-limit", "10", box.id]);
});

rule("a created container can be updated", source, (box) => {
  versionOf("pids");
  box.create(idle);
  box.ok(["update", "--pids-limit", "10", box.id]);
  assert.equal(readCgroup(box.state().pid ?? 0, pids), "10");
});

rule("a container that does not exist is refused", source, (box) => {
  assert.match(box.refused(["update", "--pids-limit", "10", "nobody"]), /does not exist|No such file/);
});

for (const [what, stdin] of [
  ["text that is no JSON", "{pids"],
  ["a limit that is no number", '{"pids": {"limit": "many"}}'],
] as const) {
  rule(`${what} in --resources is refused and nothing is changed`, source, (box) => {
    versionOf("pids");
    const pid = box.launch();
    box.refused(["update", "--resources", "-", box.id], { stdin });
    assert.equal(readCgroup(pid, pids), "max");
  });
}

rule("an amount that is no number is refused", source, (box) => {
  box.launch();
  box.refused(["update", "--memory", "lots", box.id]);
});

for (const flag of ["--l3-cache-schema", "--mem-bw-schema"]) {
  rule(`${flag} is refused where the machine has no Intel RDT`, `${source}; runc: is not enabled`, (box) => {
    box.launch();
    assert.match(box.refused(["update", flag, "L3:0=f", box.id]), /not enabled/);
  });
}

rule("--blkio-weight is the group's share of a disk", source, (box) => {
  if (versionOf("blkio") !== 1) throw new MachineCannot("which file v2 has depends on the disk's scheduler");
  const pid = box.launch();
  box.ok(["update", "--blkio-weight", "300", box.id]);
  assert.equal(readCgroup(pid, { controller: "blkio", v1: "blkio.bfq.weight" }), "300");
});
