/** `resources.cpu`: shares, quota and the CPUs the container may use. */
import assert from "node:assert/strict";
import { type CgroupFile, readCgroup, versionOf } from "./rig/cgroup-files.ts";
import type { Resources } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "CPU"';

interface Setting {
  sentence: string;
  cpu: NonNullable<Resources["cpu"]>;
  file: CgroupFile;
  /** On v1 and on v2. */
  expected: readonly [string, string];
}

/** v2's weight is 1 + (shares - 2) * 9999 / 262142, so that 2..262144 maps on 1..10000. */
const settings: Setting[] = [
  {
    sentence: "shares is the relative share, v2's weight by runc's formula",
    cpu: { shares: 2048 },
    file: { controller: "cpu", v1: "cpu.shares", v2: "cpu.weight" },
    expected: ["2048", "79"],
  },
  {
    sentence: "the smallest shares is the smallest weight",
    cpu: { shares: 2 },
    file: { controller: "cpu", v1: "cpu.shares", v2: "cpu.weight" },
    expected: ["2", "1"],
  },
  {
    sentence: "quota is the time in one period",
    cpu: { quota: 50_000, period: 100_000 },
    file: { controller: "cpu", v1: "cpu.cfs_quota_us", v2: "cpu.max" },
    expected: ["50000", "50000 100000"],
  },
  {
    sentence: "period is the period",
    cpu: { quota: 20_000, period: 40_000 },
    file: { controller: "cpu", v1: "cpu.cfs_period_us", v2: "cpu.max" },
    expected: ["40000", "20000 40000"],
  },
  {
    sentence: "a period longer than the default goes with a quota longer than the default",
    cpu: { quota: 600_000, period: 500_000 },
    file: { controller: "cpu", v1: "cpu.cfs_quota_us", v2: "cpu.max" },
    expected: ["600000", "600000 500000"],
  },
  {
    sentence: "quota -1 is no limit",
    cpu: { quota: -1, period: 100_000 },
    file: { controller: "cpu", v1: "cpu.cfs_quota_us", v2: "cpu.max" },
    expected: ["-1", "max 100000"],
  },
  {
    sentence: "a period alone leaves the quota unlimited",
    cpu: { period: 40_000 },
    file: { controller: "cpu", v1: "cpu.cfs_quota_us", v2: "cpu.max" },
    expected: ["-1", "max 40000"],
  },
  {
    sentence: "cpus is the list of CPUs",
    cpu: { cpus: "0" },
    file: { controller: "cpuset", v1: "cpuset.cpus", v2: "cpuset.cpus" },
    expected: ["0", "0"],
  },
  {
    sentence: "mems is the list of memory nodes",
    cpu: { mems: "0" },
    file: { controller: "cpuset", v1: "cpuset.mems", v2: "cpuset.mems" },
    expected: ["0", "0"],
  },
];

for (const { sentence, cpu, file, expected } of settings) {
  rule(sentence, source, (box) => {
    const version = versionOf(file.controller);
    const pid = box.launch(undefined, (configuration) => {
      configuration.linux.resources.cpu = cpu;
    });
    assert.equal(readCgroup(pid, file), expected[version - 1]);
  });
}

rule("a program runs on the CPUs of cpus only", "man 7 cpuset", (box) => {
  versionOf("cpuset");
  const seen = box.output("grep Cpus_allowed_list /proc/self/status", (configuration) => {
    configuration.linux.resources.cpu = { cpus: "0" };
  });
  assert.equal(seen, "Cpus_allowed_list:\t0\n");
});

rule("a CPU the machine does not have is refused", 'config.md "Valid values"', (box) => {
  versionOf("cpuset");
  box.rejects((configuration) => {
    configuration.linux.resources.cpu = { cpus: "5000" };
  });
});

rule("a quota below the kernel's millisecond is refused", "kernel, Documentation/scheduler/sched-bwc.rst", (box) => {
  versionOf("cpu");
  box.rejects((configuration) => {
    configuration.linux.resources.cpu = { quota: 10, period: 100_000 };
  });
});
