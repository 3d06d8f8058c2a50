import assert from "node:assert/strict";
import { test } from "node:test";
import { type KwatchRecord, parseRecord } from "./records.ts";

const CASES: Array<[line: string, record: KwatchRecord | undefined]> = [
  ["ready proc=yes", { type: "ready", procConnector: true }],
  ["ready proc=no", { type: "ready", procConnector: false }],
  ["fork 2606 2645", { type: "fork", parent: 2606, pid: 2645 }],
  ["exec 2645", { type: "exec", pid: 2645 }],
  ["exit 2625 9", { type: "exit", pid: 2625, status: 9 }],
  [
    "mounting 77 /srv/a b\tmount\t--bind\t.\t/mnt/a b\t",
    { type: "mounting", pid: 77, cwd: "/srv/a b", argv: ["mount", "--bind", ".", "/mnt/a b"] },
  ],
  ["mounts self", { type: "mounts", pid: "self" }],
  ["mounts 77", { type: "mounts", pid: 77 }],
  ["hostname", { type: "hostname" }],
  ["cgroup create /sys/fs/cgroup/pids/a b", { type: "cgroup", change: "create", directory: "/sys/fs/cgroup/pids/a b" }],
  [
    "cgroup write pids.max /sys/fs/cgroup/pids/a b",
    { type: "cgroup", change: "write", file: "pids.max", directory: "/sys/fs/cgroup/pids/a b" },
  ],
  ["lost proc", { type: "lost", what: "proc" }],
  [
    "failed cgroup 28 /sys/fs/cgroup/a b",
    { type: "failed", what: "cgroup", errno: 28, argument: "/sys/fs/cgroup/a b" },
  ],
  ["end", undefined],
  ["", undefined],
];
for (const [line, record] of CASES) {
  test(`parseRecord reads "${line}"`, () => assert.deepEqual(parseRecord(line), record));
}
