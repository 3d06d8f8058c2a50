import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type CgroupPlace, readFrozen, readLimits, readUsage } from "./cgroup-files.ts";

/** A directory with these files, in the kernel's own words, for as long as `body` runs. */
function withFiles(files: Record<string, string>, body: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), "glassbox-cgroup-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    body(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

// Formats of Documentation/admin-guide/cgroup-v2.rst.
const V2 = {
  "memory.max": "67108864\n",
  "memory.high": "max\n",
  "memory.current": "1048576\n",
  "memory.events": "low 0\nhigh 3\nmax 12\noom 1\noom_kill 2\noom_group_kill 0\n",
  "pids.max": "20\n",
  "pids.current": "4\n",
  "pids.events": "max 5\n",
  "cpu.max": "50000 100000\n",
  "cpu.weight": "100\n",
  "cpu.stat": "usage_usec 2000\nuser_usec 1500\nsystem_usec 500\nnr_periods 9\nnr_throttled 7\nthrottled_usec 10\n",
  "cpu.pressure":
    "some avg10=3.15 avg60=0.81 avg300=0.18 total=686664\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=12\n",
  "cgroup.events": "populated 1\nfrozen 1\n",
};

test("readLimits and readUsage read unified cgroups, leaving out what is max", () => {
  withFiles(V2, (directory) => {
    const place: CgroupPlace = { directory, version: 2, controllers: ["cpu", "memory", "pids"] };
    assert.deepEqual(readLimits(place), {
      memoryMaxBytes: 67108864,
      pidsMax: 20,
      cpuQuotaUs: 50000,
      cpuPeriodUs: 100000,
      cpuWeight: 100,
    });
    assert.deepEqual(readUsage(place), {
      memoryBytes: 1048576,
      oomKillCount: 2,
      pidsCurrent: 4,
      pidsMaxHits: 5,
      cpuUsageUs: 2000,
      throttledCount: 7,
      cpuWaitedUs: 686664,
    });
    assert.equal(readFrozen(place), true);
  });
});

test("readUsage of a unified cgroup without controllers still has the processor time", () => {
  withFiles({ "cpu.stat": "usage_usec 30\nuser_usec 20\nsystem_usec 10\n" }, (directory) => {
    assert.deepEqual(readUsage({ directory, version: 2, controllers: [] }), { cpuUsageUs: 30 });
  });
});

// Captured from a hybrid machine, Linux 6.18.
const V1 = {
  "memory.limit_in_bytes": "9223372036854771712\n",
  "memory.usage_in_bytes": "49152\n",
  "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
  "pids.max": "max\n",
  "cpu.shares": "1024\n",
  "cpu.cfs_quota_us": "-1\n",
  "cpu.cfs_period_us": "100000\n",
  "cpuacct.usage": "7312345\n",
  "freezer.state": "FREEZING\n",
};

test("readLimits and readUsage read v1 cgroups, each controller in its own words for no limit", () => {
  withFiles(V1, (directory) => {
    const place: CgroupPlace = { directory, version: 1, controllers: ["memory", "pids", "cpu", "cpuacct", "freezer"] };
    assert.deepEqual(readLimits(place), { cpuShares: 1024 });
    assert.deepEqual(readUsage(place), { memoryBytes: 49152, oomKillCount: 1, cpuUsageUs: 7312 });
    assert.equal(readFrozen(place), false);
    writeFileSync(join(directory, "cpu.cfs_quota_us"), "20000\n");
    writeFileSync(join(directory, "memory.limit_in_bytes"), "33554432\n");
    assert.deepEqual(readLimits(place), {
      memoryMaxBytes: 33554432,
      cpuShares: 1024,
      cpuQuotaUs: 20000,
      cpuPeriodUs: 100000,
    });
  });
});
