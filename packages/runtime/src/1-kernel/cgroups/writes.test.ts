import assert from "node:assert/strict";
import { test } from "node:test";
import type { CgroupLimits } from "./limits.ts";
import type { CgroupDirectory, CgroupSurvey } from "./place.ts";
import { cgroupSteps, limitSteps, unmetLimits, withheldController } from "./writes.ts";

const tree = (controller: string): CgroupDirectory => ({
  version: 1,
  controllers: [controller],
  mountPoint: `/sys/fs/cgroup/${controller}`,
  path: "/web",
  directory: `/sys/fs/cgroup/${controller}/web`,
});
const UNIFIED: CgroupDirectory = {
  version: 2,
  controllers: ["cpu", "io", "memory", "pids"],
  mountPoint: "/sys/fs/cgroup",
  path: "/pods/web",
  directory: "/sys/fs/cgroup/pods/web",
};
const NOTHING_MADE: CgroupSurvey = { make: [], passedOn: {} };
const LIMITS: CgroupLimits = {
  memory: { limit: 67108864, swap: 67108864, reservation: 1000, swappiness: 0 },
  cpu: { shares: 512, quota: 20000, period: 100000 },
  pids: { limit: 32 },
};

/** `FILE=VALUE` of each write, which is what the kernel will see. */
function shown(place: CgroupDirectory, limits: CgroupLimits): string[] {
  return limitSteps(place, limits).map((step) =>
    step.kind === "write" ? `${step.file}=${step.value}` : step.directory,
  );
}

test("limitSteps writes v1's files, each in its own tree", () => {
  assert.deepEqual(shown(tree("memory"), LIMITS), [
    "memory.limit_in_bytes=67108864",
    "memory.memsw.limit_in_bytes=67108864",
    "memory.soft_limit_in_bytes=1000",
    "memory.swappiness=0",
  ]);
  assert.deepEqual(shown(tree("cpu"), LIMITS), [
    "cpu.shares=512",
    "cpu.cfs_period_us=100000",
    "cpu.cfs_quota_us=20000",
  ]);
  assert.deepEqual(shown(tree("pids"), LIMITS), ["pids.max=32"]);
  assert.deepEqual(shown(tree("pids"), { pids: { limit: -1 } }), ["pids.max=max"]);
});

test("limitSteps writes v2's files: swap alone, weight for shares, quota and period in one", () => {
  assert.deepEqual(shown(UNIFIED, LIMITS), [
    "memory.max=67108864",
    "memory.swap.max=0",
    "memory.low=1000",
    "pids.max=32",
    "cpu.weight=20",
    "cpu.max=20000 100000",
  ]);
  assert.deepEqual(shown(UNIFIED, { memory: { limit: -1 }, cpu: { period: 5000 }, unified: { "memory.high": "1M" } }), [
    "memory.max=max",
    "memory.swap.max=max",
    "cpu.max=max 5000",
    "memory.high=1M",
  ]);
});

test("limitSteps refuses swap that contradicts the memory limit", () => {
  assert.throws(() => limitSteps(UNIFIED, { memory: { limit: 200, swap: 100 } }), /"100"\) is less than .* \("200"\)/);
  assert.throws(() => limitSteps(UNIFIED, { memory: { swap: 100 } }), /memory\/limit is not/);
  assert.throws(() => limitSteps(UNIFIED, { unified: { "../evil": "1" } }), /must be a file name/);
});

test("limitSteps forbids every device first and ends with the ones every container has", () => {
  const writes = shown(tree("devices"), {
    devices: [
      { allow: false, access: "rwm" },
      { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
    ],
  });
  assert.deepEqual(writes.slice(0, 3), ["devices.deny=a", "devices.allow=c 10:229 rw", "devices.allow=c *:* m"]);
  assert.equal(writes.at(-1), "devices.allow=c 136:* rwm");
  assert.equal(shown(tree("devices"), {}).length, 12, "the list is there without any rule in the config");
});

test("cgroupSteps makes missing directories outermost first and passes controllers on in each but the last", () => {
  const survey: CgroupSurvey = {
    make: ["/sys/fs/cgroup/pods", "/sys/fs/cgroup/pods/web"],
    passedOn: { "/sys/fs/cgroup": ["cpu", "memory", "pids"] },
  };
  const steps = cgroupSteps(UNIFIED, survey, {
    blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1024 }] },
  });
  assert.deepEqual(
    steps.map((step) => (step.kind === "make" ? step.directory : `${step.directory} ${step.file}=${step.value}`)),
    [
      "/sys/fs/cgroup cgroup.subtree_control=+io",
      "/sys/fs/cgroup/pods",
      "/sys/fs/cgroup/pods cgroup.subtree_control=+cpu",
      "/sys/fs/cgroup/pods cgroup.subtree_control=+io",
      "/sys/fs/cgroup/pods cgroup.subtree_control=+memory",
      "/sys/fs/cgroup/pods cgroup.subtree_control=+pids",
      "/sys/fs/cgroup/pods/web",
      "/sys/fs/cgroup/pods/web io.max=8:0 rbps=1024",
    ],
  );
});

test("cgroupSteps gives a new v1 cpuset what its parent has before anything joins it", () => {
  const steps = cgroupSteps(
    tree("cpuset"),
    { make: ["/sys/fs/cgroup/cpuset/web"], passedOn: {}, cpuset: { cpus: "0-1", mems: "0" } },
    { cpu: { cpus: "1" } },
  );
  assert.deepEqual(
    steps.map((step) => (step.kind === "make" ? "make" : `${step.file}=${step.value}`)),
    ["make", "cpuset.cpus=0-1", "cpuset.mems=0", "cpuset.cpus=1"],
  );
});

test("cgroupSteps makes nothing where the cgroup exists", () => {
  assert.deepEqual(cgroupSteps(tree("pids"), NOTHING_MADE, {}), []);
});

test("unmetLimits names limits that no tree can hold and fields without effect", () => {
  assert.deepEqual(unmetLimits([tree("memory")], { pids: { limit: 5 }, unified: { "memory.high": "1" } }), {
    missing: ["pids", "unified"],
    pointers: ["/linux/resources/pids/limit", "/linux/resources/unified"],
    warnings: [],
  });
  assert.deepEqual(unmetLimits([UNIFIED], { memory: { limit: 5, kernel: 7 }, cpu: { realtimeRuntime: 9 } }), {
    missing: [],
    pointers: [],
    warnings: [
      "/linux/resources/memory/kernel has no effect: cgroup v2 has no file for it",
      "/linux/resources/cpu/realtimeRuntime has no effect: cgroup v2 has no file for it",
    ],
  });
});

test("withheldController names what a limit needs and a group of somebody else's does not pass on", () => {
  const root = ["cpu", "io", "memory", "pids"];
  const survey: CgroupSurvey = {
    make: ["/sys/fs/cgroup/pods/web"],
    passedOn: { "/sys/fs/cgroup": root, "/sys/fs/cgroup/pods": ["memory"] },
    closed: ["/sys/fs/cgroup/pods"],
  };
  assert.equal(withheldController(UNIFIED, survey, { memory: { limit: 100 } }), undefined);
  assert.deepEqual(withheldController(UNIFIED, survey, LIMITS), { controller: "cpu", by: "/sys/fs/cgroup/pods" });
  assert.deepEqual(
    cgroupSteps(UNIFIED, survey, { memory: { limit: 100 } }).map((step) => (step.kind === "make" ? "make" : step.file)),
    ["make", "memory.max"],
    "and it is not asked in vain for what no limit needs",
  );
});
