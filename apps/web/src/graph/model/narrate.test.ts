import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { cgroup, container, graphOf, INITIAL, namespace, process } from "../../../test/nodes.ts";
import { narrate } from "./narrate.ts";

const nodes = graphOf<GraphNode>(namespace("uts", 1), namespace("uts", 2));

const cases: [before: GraphNode | undefined, after: GraphNode | undefined, sentence: string | undefined][] = [
  [undefined, process(7, { origin: "host" }), undefined],
  [undefined, process(7), "Process 7 (bash) started"],
  [process(7), undefined, "Process 7 (bash) is gone"],
  [process(7), process(7, { rssBytes: 1 }), undefined],
  [process(7), process(7, { state: "Z" }), "Process 7 (bash) ended; its parent has not collected it yet"],
  [process(7), process(7, { root: "/srv" }), 'Process 7 (bash) now has "/srv" as its root directory'],
  [process(7), process(7, { argv: ["/bin/sleep", "60"] }), 'Process 7 now runs "sleep 60"'],
  [
    process(7),
    process(7, { namespaces: { ...INITIAL, uts: "ns:uts:2" } }),
    "Process 7 (bash) moved to another UTS namespace",
  ],
  [
    process(7, { namespaces: { ...INITIAL, uts: "ns:uts:2" } }),
    process(7),
    "Process 7 (bash) went back to the machine's UTS namespace",
  ],
  [undefined, namespace("pid", 3), "A new PID namespace appeared"],
  [
    namespace("uts", 2, { hostname: "vm" }),
    namespace("uts", 2, { hostname: "web" }),
    'The hostname in one UTS namespace is now "web"',
  ],
  [undefined, cgroup("/lab/finch", { hierarchy: "memory" }), 'Cgroup "finch" was made (memory)'],
  [
    cgroup("/lab"),
    cgroup("/lab", { limits: { memoryMaxBytes: 64 * 1024 * 1024 } }),
    'Cgroup "lab" may now use 64 MiB memory',
  ],
  [
    cgroup("/lab"),
    cgroup("/lab", { usage: { oomKillCount: 1 } }),
    'The kernel killed a process in "lab": it was out of memory',
  ],
  [undefined, container("web", { status: "created" }), 'Container "web" is created'],
];

test("narrate says what a change did, for the learner's things only", () => {
  for (const [before, after, sentence] of cases) {
    assert.equal(narrate(before, after, nodes, new Set()), sentence);
  }
});
