import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { cgroupNode, graphOf, processNode } from "@glassbox/protocol/example-nodes";
import { learnersCgroups } from "./cgroup-tree.ts";

test("learnersCgroups merges the trees of cgroup v1 by place, also where the agent sits at another depth", () => {
  const memory = cgroupNode("/glassbox/lab", { hierarchy: "memory", limits: { memoryMaxBytes: 64 }, pids: [7] });
  const pids = cgroupNode("/deep/glassbox/lab", { hierarchy: "pids", limits: { pidsMax: 8 }, pids: [7] });
  const inner = cgroupNode("/glassbox/lab/a", { hierarchy: "memory", parent: memory.id });
  const groups = learnersCgroups(graphOf<GraphNode>(memory, pids, inner, processNode(7)), undefined, new Map());
  assert.deepEqual(
    groups.map(({ key, parent, parts, members, limits }) => [
      key,
      parent,
      parts.length,
      members.map(({ pid }) => pid),
      limits,
    ]),
    [
      ["/lab", undefined, 2, [7], { memoryMaxBytes: 64, pidsMax: 8 }],
      ["/lab/a", "/lab", 1, [], {}],
    ],
  );
});

test("learnersCgroups leaves the machine's own groups out", () => {
  assert.deepEqual(
    learnersCgroups(graphOf<GraphNode>(cgroupNode("/init", { origin: "host" })), undefined, new Map()),
    [],
  );
});
