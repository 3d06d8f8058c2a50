import assert from "node:assert/strict";
import { test } from "node:test";
import { detectCgroupLayout } from "./layout.ts";

const HYBRID_MOUNTS = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const HYBRID_OWN = "9:name=systemd:/\n4:memory:/api/3471\n1:cpu:/\n0::/\n";

test("detectCgroupLayout reads a hybrid machine with one tree a controller", () => {
  const layout = detectCgroupLayout({
    mountinfo: HYBRID_MOUNTS,
    procSelfCgroup: HYBRID_OWN,
    unifiedControllers: () => ["hugetlb"],
  });
  assert.deepEqual(layout, {
    mode: "hybrid",
    hierarchies: [
      { version: 1, controllers: ["cpu"], mountPoint: "/sys/fs/cgroup/cpu", ownPath: "/" },
      { version: 1, controllers: ["memory"], mountPoint: "/sys/fs/cgroup/memory", ownPath: "/api/3471" },
      { version: 1, controllers: ["name=systemd"], mountPoint: "/sys/fs/cgroup/systemd", ownPath: "/" },
      { version: 2, controllers: ["hugetlb"], mountPoint: "/sys/fs/cgroup/unified", ownPath: "/" },
    ],
  });
});

test("detectCgroupLayout reads Debian's unified machine, Docker's v1 in a container, and no cgroups at all", () => {
  const unified = detectCgroupLayout({
    mountinfo: "27 22 0:25 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
    procSelfCgroup: "0::/user.slice/user-0.slice/session-1.scope\n",
    unifiedControllers: () => ["cpu", "memory", "pids"],
  });
  assert.deepEqual(unified, {
    mode: "v2",
    hierarchies: [
      {
        version: 2,
        controllers: ["cpu", "memory", "pids"],
        mountPoint: "/sys/fs/cgroup",
        ownPath: "/user.slice/user-0.slice/session-1.scope",
      },
    ],
  });

  const inContainer = detectCgroupLayout({
    mountinfo: "700 690 0:30 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n",
    procSelfCgroup: "2:cpu,cpuacct:/docker/ab/child\n",
    unifiedControllers: () => [],
  });
  assert.deepEqual(inContainer.hierarchies[0]?.ownPath, "/child");
  assert.deepEqual(inContainer.mode, "v1");

  assert.deepEqual(detectCgroupLayout({ mountinfo: "", procSelfCgroup: "", unifiedControllers: () => [] }), {
    mode: "none",
    hierarchies: [],
  });
});
