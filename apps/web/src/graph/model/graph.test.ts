import assert from "node:assert/strict";
import { test } from "node:test";
import { cgroupNode, mountNode, namespaceNode, processNode } from "@glassbox/protocol/example-nodes";
import { EMPTY_GRAPH, GHOST_MS, MARK_MS, nextExpiryMs, withChanges, withoutExpired, withSnapshot } from "./graph.ts";

const put = (node: Parameters<typeof withSnapshot>[1][number]) => ({ op: "put" as const, node });

test("withSnapshot replaces all nodes and marks none", () => {
  const before = withChanges(EMPTY_GRAPH, [put(processNode(1))], 1000);
  const after = withSnapshot(before, [processNode(2)]);
  assert.deepEqual([...after.nodes.keys()], ["proc:2@2"]);
  assert.equal(after.marks.size, 0);
  assert.deepEqual(after.history, before.history);
});

test("withChanges applied twice gives the same nodes and no second sentence", () => {
  const changes = [put(processNode(7)), { op: "remove" as const, id: "proc:99@99" }];
  const once = withChanges(EMPTY_GRAPH, changes, 1000);
  const twice = withChanges(once, changes, 2000);
  assert.deepEqual([...twice.nodes], [...once.nodes]);
  assert.deepEqual(twice.marks, once.marks);
  assert.deepEqual(
    twice.history.map((each) => each.text),
    ["Process 7 (bash) started"],
  );
});

test("withChanges marks what is notable and leaves the noise alone", () => {
  const first = withSnapshot(EMPTY_GRAPH, [processNode(7)]);
  assert.equal(withChanges(first, [put(processNode(7, { rssBytes: 9 }))], 5).marks.size, 0);
  assert.deepEqual(
    [...withChanges(first, [put(processNode(7, { root: "/srv/rootfs" }))], 5).marks],
    [["proc:7@7", { kind: "changed", atMs: 5 }]],
  );
  const host = withSnapshot(EMPTY_GRAPH, [processNode(8, { origin: "host" })]);
  assert.equal(withChanges(host, [put(processNode(8, { origin: "host", root: "/srv" }))], 5).marks.size, 0);
});

test("withChanges keeps what the learner lost as a ghost, and nobody else's", () => {
  const state = withSnapshot(EMPTY_GRAPH, [processNode(7), processNode(8, { origin: "host" })]);
  const after = withChanges(
    state,
    [
      { op: "remove", id: "proc:7@7" },
      { op: "remove", id: "proc:8@8" },
    ],
    100,
  );
  assert.deepEqual([...after.ghosts.keys()], ["proc:7@7"]);
  assert.equal(after.nodes.size, 0);
});

test("withoutExpired drops marks and ghosts when their moment is over, and nothing before", () => {
  const marked = withChanges(EMPTY_GRAPH, [put(processNode(7))], 1000);
  assert.equal(nextExpiryMs(marked), 1000 + MARK_MS);
  assert.equal(withoutExpired(marked, 1000 + MARK_MS - 1), marked);
  assert.equal(withoutExpired(marked, 1000 + MARK_MS).marks.size, 0);
  const gone = withChanges(withSnapshot(EMPTY_GRAPH, [processNode(7)]), [{ op: "remove", id: "proc:7@7" }], 50);
  assert.equal(nextExpiryMs(gone), 50 + GHOST_MS);
  assert.equal(nextExpiryMs(EMPTY_GRAPH), undefined);
});

test("withChanges computes how many CPUs a cgroup used between two readings", () => {
  const at = (cpuUsageUs: number) => put(cgroupNode("/lab", { usage: { cpuUsageUs } }));
  const first = withChanges(EMPTY_GRAPH, [at(1_000_000)], 0);
  assert.equal(first.cpuUse.size, 0);
  assert.deepEqual([...withChanges(first, [at(1_500_000)], 1000).cpuUse.values()], [0.5]);
});

test("withChanges keeps maps that did not change, so that nothing is computed from them again", () => {
  const state = withSnapshot(EMPTY_GRAPH, [processNode(8, { origin: "host" })]);
  const after = withChanges(state, [put(processNode(8, { origin: "host", rssBytes: 1 }))], 5);
  assert.equal(after.marks, state.marks);
  assert.equal(after.ghosts, state.ghosts);
  assert.equal(after.cpuUse, state.cpuUse);
});

test("withChanges tells a mount made by hand, and not the thirty copies of a new namespace", () => {
  const made = withChanges(EMPTY_GRAPH, [put(mountNode(5, 1, { mountPoint: "/mnt" }))], 1);
  assert.deepEqual(
    made.history.map((each) => each.text),
    ['proc was mounted at "/mnt"'],
  );
  const copies = Array.from({ length: 30 }, (_, index) => put(mountNode(6, index, { mountPoint: `/m${index}` })));
  const copied = withChanges(EMPTY_GRAPH, [put(namespaceNode("mnt", 6)), ...copies], 1);
  assert.deepEqual(
    copied.history.map((each) => each.text),
    ["A new mount namespace appeared"],
  );
});
