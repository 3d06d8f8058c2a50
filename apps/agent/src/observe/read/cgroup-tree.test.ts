import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountinfo, parseProcCgroup } from "@glassbox/runtime/kernel";
import { findHierarchies } from "./cgroup-tree.ts";

test("findHierarchies reads a hybrid machine", () => {
  // Captured on Linux 6.18; systemd's joint mounts of cpu and cpuacct added.
  const mounts = parseMountinfo(`31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
50 31 0:36 /box /mnt/part-of-pids rw,relatime - cgroup cgroup rw,pids
`);
  const own = parseProcCgroup("9:name=systemd:/\n8:pids:/\n2:cpu,cpuacct:/\n1:net_cls:/\n0::/\n");
  assert.deepEqual(findHierarchies(mounts, own), [
    { name: "name=systemd", version: 1, mountPoint: "/sys/fs/cgroup/systemd" },
    { name: "pids", version: 1, mountPoint: "/sys/fs/cgroup/pids" },
    { name: "cpu,cpuacct", version: 1, mountPoint: "/sys/fs/cgroup/cpu,cpuacct" },
    { name: "unified", version: 2, mountPoint: "/sys/fs/cgroup/unified" },
  ]);
});

test("findHierarchies reads a unified machine", () => {
  const mounts = parseMountinfo("30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  assert.deepEqual(findHierarchies(mounts, parseProcCgroup("0::/init.scope\n")), [
    { name: "unified", version: 2, mountPoint: "/sys/fs/cgroup" },
  ]);
});
