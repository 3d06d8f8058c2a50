import assert from "node:assert/strict";
import { test } from "node:test";
import type { CgroupLayout } from "./layout.ts";
import { ancestors, placeCgroup } from "./place.ts";

const V2: CgroupLayout = {
  mode: "v2",
  hierarchies: [{ version: 2, controllers: ["memory"], mountPoint: "/sys/fs/cgroup", ownPath: "/user.slice/shell" }],
};
const HYBRID: CgroupLayout = {
  mode: "hybrid",
  hierarchies: [
    { version: 1, controllers: ["memory"], mountPoint: "/sys/fs/cgroup/memory", ownPath: "/api/34" },
    { version: 2, controllers: ["hugetlb"], mountPoint: "/sys/fs/cgroup/unified", ownPath: "/" },
  ],
};

test("placeCgroup lays absolute, relative and absent paths into each tree", () => {
  const cases = [
    { layout: V2, path: "/pods/web", directories: ["/sys/fs/cgroup/pods/web"] },
    { layout: V2, path: "pods/web", directories: ["/sys/fs/cgroup/user.slice/pods/web"] },
    { layout: V2, path: undefined, directories: ["/sys/fs/cgroup/user.slice/web"] },
    { layout: HYBRID, path: "/pods/web", directories: ["/sys/fs/cgroup/memory/pods/web"] },
    { layout: HYBRID, path: undefined, directories: ["/sys/fs/cgroup/memory/api/34/web"] },
    { layout: HYBRID, path: "../../../etc", directories: ["/sys/fs/cgroup/memory/api/34/etc"] },
    { layout: { mode: "none" as const, hierarchies: [] }, path: "/a", directories: [] },
  ];
  for (const { layout, path, directories } of cases) {
    assert.deepEqual(
      placeCgroup(layout, path, "web").map(({ directory }) => directory),
      directories,
    );
  }
});

test("placeCgroup refuses a tree's root", () => {
  for (const path of ["/", "//", "/..", "/a/.."]) {
    assert.throws(() => placeCgroup(V2, path, "web"), /it is the root of the cgroup tree/);
  }
});

test("placeCgroup refuses systemd's form in words", () => {
  assert.throws(() => placeCgroup(V2, "system.slice:docker:ab", "ab"), /systemd's form, slice:prefix:name/);
});

test("ancestors lists a tree's directories from its root down", () => {
  assert.deepEqual(ancestors("/sys/fs/cgroup", "/sys/fs/cgroup/a/b"), [
    "/sys/fs/cgroup",
    "/sys/fs/cgroup/a",
    "/sys/fs/cgroup/a/b",
  ]);
});
