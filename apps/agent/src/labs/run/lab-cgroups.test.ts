import assert from "node:assert/strict";
import { test } from "node:test";
import type { CgroupLayout, Hierarchy } from "@glassbox/runtime/kernel";
import { agentGroups, cgroupEnvironment, groupsAround, labCgroupPlans, lessonVersion } from "./lab-cgroups.ts";

const tree = (version: 1 | 2, controllers: string[], mountPoint: string, ownPath = "/"): Hierarchy => ({
  version,
  controllers,
  mountPoint,
  ownPath,
});

const hybrid: CgroupLayout = {
  mode: "hybrid",
  hierarchies: [
    tree(1, ["cpu", "cpuacct"], "/sys/fs/cgroup/cpu,cpuacct"),
    tree(1, ["memory"], "/sys/fs/cgroup/memory", "/session"),
    tree(1, ["devices"], "/sys/fs/cgroup/devices"),
    tree(2, ["hugetlb"], "/sys/fs/cgroup/unified"),
  ],
};
const unified: CgroupLayout = {
  mode: "v2",
  hierarchies: [tree(2, ["cpu", "memory", "pids"], "/sys/fs/cgroup", "/user.slice")],
};

test("lessonVersion follows where memory is limited", () => {
  assert.equal(lessonVersion(hybrid), "v1");
  assert.equal(lessonVersion(unified), "v2");
});

test("labCgroupPlans uses v1's trees that the labs are about, below the agent's own group in each", () => {
  const plans = labCgroupPlans(hybrid, "005-limits", ["glassbox"]);
  assert.deepEqual(
    plans.map((plan) => plan.map(({ hierarchy, path }) => [hierarchy, path])),
    [
      [
        ["cpu,cpuacct", "/glassbox/005-limits"],
        ["memory", "/session/glassbox/005-limits"],
      ],
    ],
  );
  assert.deepEqual(cgroupEnvironment(plans[0] ?? []), {
    CG_CPU: "/sys/fs/cgroup/cpu,cpuacct/glassbox/005-limits",
    CG_MEMORY: "/sys/fs/cgroup/memory/session/glassbox/005-limits",
  });
});

test("labCgroupPlans tries the root of v2's tree after the agent's own group", () => {
  const plans = labCgroupPlans(unified, "x", ["glassbox"]);
  assert.deepEqual(
    plans.map((plan) => plan.map(({ directory }) => directory)),
    [["/sys/fs/cgroup/user.slice/glassbox/x"], ["/sys/fs/cgroup/glassbox/x"]],
  );
  assert.deepEqual(cgroupEnvironment(plans[1] ?? []), { CG: "/sys/fs/cgroup/glassbox/x" });
});

test("agentGroups keeps agents with other run directories apart, and groupsAround finds what they made", () => {
  assert.deepEqual(agentGroups("/run/glassbox"), ["glassbox"]);
  const [around = "", inner] = agentGroups("/tmp/test/run");
  assert.match(around, /^glassbox-at-[0-9a-f]{8}$/);
  assert.equal(inner, "glassbox");
  assert.deepEqual(groupsAround("/sys/fs/cgroup/glassbox/x"), ["/sys/fs/cgroup/glassbox"]);
  assert.deepEqual(groupsAround(`/c/${around}/glassbox/x`), [`/c/${around}/glassbox`, `/c/${around}`]);
});
