import assert from "node:assert/strict";
import { test } from "node:test";
import { systemdUnit, unitProperties } from "./systemd-unit.ts";

test("systemdUnit reads slice:prefix:name, with what callers leave out", () => {
  const cases = [
    { path: "machine.slice:libpod:ab", slice: "machine.slice", name: "libpod-ab.scope" },
    { path: "system.slice:docker:ab", slice: "system.slice", name: "docker-ab.scope" },
    { path: ":x:ab", slice: "system.slice", name: "x-ab.scope" },
    { path: "-.slice:x:ab", slice: "-.slice", name: "x-ab.scope" },
    { path: "machine.slice::ab", slice: "machine.slice", name: "ab.scope" },
    { path: undefined, slice: "system.slice", name: "glassrun-web.scope" },
  ];
  for (const { path, slice, name } of cases) assert.deepEqual(systemdUnit(path, "web", "system"), { name, slice });
  assert.equal(systemdUnit(undefined, "web", "user").slice, "user.slice");
});

test("systemdUnit refuses a path of directories, in runc's words", () => {
  for (const path of ["/pods/web", "web", "a.slice:b:", "a.slice:b:c:d", "a.slice:b:../c", "a.slice:b:c.slice"]) {
    assert.throws(() => systemdUnit(path, "web", "system"), /expected cgroupsPath to be of format "slice:prefix:name"/);
  }
});

test("unitProperties says the limits in systemd's words", () => {
  assert.deepEqual(
    unitProperties({
      memory: { limit: 50_000_000, reservation: 1000, swap: 60_000_000 },
      cpu: { shares: 2, quota: 25_500, period: 50_000, cpus: "0-1", mems: "0" },
      pids: { limit: 20 },
    }),
    [
      "MemoryMax=50000000",
      "MemoryLow=1000",
      "MemorySwapMax=10000000",
      "CPUWeight=1",
      "CPUQuotaPeriodSec=50000us",
      "CPUQuota=51%",
      "AllowedCPUs=0-1",
      "AllowedMemoryNodes=0",
      "TasksMax=20",
    ],
  );
  assert.deepEqual(unitProperties({ memory: { limit: -1, swap: -1 }, cpu: { quota: -1 }, pids: { limit: -1 } }), [
    "MemoryMax=infinity",
    "MemorySwapMax=infinity",
    "CPUQuota=",
    "TasksMax=infinity",
  ]);
  assert.deepEqual(unitProperties({}), []);
});
