import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { cgroupNode, graphOf, mountNode, namespaceNode, processNode } from "@glassbox/protocol/example-nodes";
import { learnersCgroups } from "../model/cgroup-tree.ts";
import { dwellersOf } from "../model/dwellers.ts";
import { mountTrees } from "../model/mount-trees.ts";
import { layoutCgroups, NO_CGROUP_MEMORY } from "./cgroup-layout.ts";
import { layoutMachine } from "./machine-layout.ts";
import { layoutMounts } from "./mount-layout.ts";

const cgroups = (...nodes: GraphNode[]) => learnersCgroups(graphOf(...nodes), undefined, new Map());

test("layoutCgroups nests children and moves no box when a neighbour comes or goes", () => {
  const lab = cgroupNode("/lab");
  const [a, b, c] = ["a", "b", "c"].map((name) => cgroupNode(`/lab/${name}`, { parent: lab.id }));
  assert.ok(a && b && c);
  const before = layoutCgroups(cgroups(lab, a, b), NO_CGROUP_MEMORY);
  const after = layoutCgroups(cgroups(lab, a, b, c), before.memory);
  const place = (scene: typeof before, key: string) => {
    const found = scene.groups.find(({ group }) => group.key === key);
    return found && [found.x, found.y];
  };
  for (const key of ["/lab", "/lab/a", "/lab/b"]) assert.deepEqual(place(after, key), place(before, key));
  const without = layoutCgroups(cgroups(lab, b), before.memory);
  assert.deepEqual(place(without, "/lab/b"), place(before, "/lab/b"));
});

test("layoutCgroups has a meter for each thing counted or limited, the quota as a part of a CPU", () => {
  const node = cgroupNode("/lab", {
    limits: { pidsMax: 8, cpuQuotaUs: 20_000, cpuPeriodUs: 100_000 },
    usage: { memoryBytes: 5 },
  });
  assert.deepEqual(layoutCgroups(cgroups(node), NO_CGROUP_MEMORY).groups[0]?.meters, [
    { controller: "memory", used: 5, limit: undefined },
    { controller: "pids", used: undefined, limit: 8 },
    { controller: "cpu", used: undefined, limit: 0.2 },
  ]);
});

test("layoutMounts stacks an overlay's layers topmost first", () => {
  const overlay = { lower: ["/b", "/a"], upper: "/up", work: "/work" };
  const nodes = graphOf<GraphNode>(
    namespaceNode("mnt", 2),
    mountNode(2, 1, { mountPoint: "/merged", fsType: "overlay", overlay }),
  );
  const [tree] = layoutMounts(mountTrees(nodes, undefined, undefined)).trees;
  const sheets = tree?.mounts[0]?.sheets ?? [];
  assert.deepEqual(
    sheets.map(({ path }) => path),
    ["/merged", "/up", "/b", "/a"],
  );
  assert.ok(sheets.every((sheet, index) => index === 0 || sheet.y > (sheets[index - 1]?.y ?? 0)));
});

test("layoutMachine puts each kind in a lane and children below their parents", () => {
  const init = processNode(1, { origin: "host" });
  const nodes = [processNode(3, { parent: init.id }), processNode(2), init, namespaceNode("uts", 1)];
  const scene = layoutMachine(nodes, dwellersOf(nodes), graphOf<GraphNode>(...nodes));
  assert.deepEqual(
    scene.lanes.map(({ kind, count }) => [kind, count]),
    [
      ["process", 3],
      ["namespace", 1],
    ],
  );
  assert.deepEqual(
    scene.lines.slice(0, 3).map(({ node, indent }) => [node.id, indent > 0]),
    [
      ["proc:1@1", false],
      ["proc:3@3", true],
      ["proc:2@2", false],
    ],
  );
});
