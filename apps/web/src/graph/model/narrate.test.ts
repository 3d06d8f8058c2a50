import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import {
  cgroupNode,
  containerNode,
  graphOf,
  INITIAL,
  namespaceNode,
  processNode,
} from "@glassbox/protocol/example-nodes";
import { narrate } from "./narrate.ts";

const nodes = graphOf<GraphNode>(namespaceNode("uts", 1), namespaceNode("uts", 2));

const cases: [before: GraphNode | undefined, after: GraphNode | undefined, sentence: string | undefined][] = [
  [undefined, processNode(7, { origin: "host" }), undefined],
  [undefined, processNode(7), "Process 7 (bash) started"],
  [processNode(7), undefined, "Process 7 (bash) is gone"],
  [processNode(7), processNode(7, { rssBytes: 1 }), undefined],
  [processNode(7), processNode(7, { state: "Z" }), "Process 7 (bash) ended; its parent has not collected it yet"],
  [processNode(7), processNode(7, { root: "/srv" }), 'Process 7 (bash) now has "/srv" as its root directory'],
  [processNode(7), processNode(7, { argv: ["/bin/sleep", "60"] }), 'Process 7 now runs "sleep 60"'],
  [
    processNode(7),
    processNode(7, { namespaces: { ...INITIAL, uts: "ns:uts:2" } }),
    "Process 7 (bash) moved to another UTS namespace",
  ],
  [
    processNode(7, { namespaces: { ...INITIAL, uts: "ns:uts:2" } }),
    processNode(7),
    "Process 7 (bash) went back to the machine's UTS namespace",
  ],
  [undefined, namespaceNode("pid", 3), "A new PID namespace appeared"],
  [
    namespaceNode("uts", 2, { hostname: "vm" }),
    namespaceNode("uts", 2, { hostname: "web" }),
    'The hostname in one UTS namespace is now "web"',
  ],
  [undefined, cgroupNode("/lab/finch", { hierarchy: "memory" }), 'Cgroup "finch" was made (memory)'],
  [
    cgroupNode("/lab"),
    cgroupNode("/lab", { limits: { memoryMaxBytes: 64 * 1024 * 1024 } }),
    'Cgroup "lab" may now use 64 MiB of memory',
  ],
  [
    cgroupNode("/lab"),
    cgroupNode("/lab", { usage: { oomKillCount: 1 } }),
    'The kernel killed a process in "lab": it was out of memory',
  ],
  [undefined, containerNode("web", { status: "created" }), 'Container "web" is created'],
  [
    undefined,
    containerNode("7", { runtime: "by hand", status: "running" }),
    "The container made by hand (process 7) is running",
  ],
];

test("narrate says what a change did, for the learner's things only", () => {
  for (const [before, after, sentence] of cases) {
    assert.equal(narrate(before, after, nodes, new Set()), sentence);
  }
});
