import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessNode } from "@glassbox/protocol";
import { kernelGraphSuite } from "./kernel-graph.suite.ts";
import { RecordedGraph } from "./recorded-graph.ts";

function processNode(pid: number, parent?: string): ProcessNode {
  return {
    id: `proc:${pid}@1`,
    kind: "process",
    origin: "host",
    firstSeenMs: 1,
    pid,
    nsPids: [pid],
    ...(parent !== undefined && { parent }),
    comm: "sleep",
    argv: ["sleep", "9"],
    state: "S",
    uid: 0,
    gid: 0,
    capabilities: { effective: "0", permitted: "0", inheritable: "0", bounding: "0", ambient: "0" },
    seccompMode: 0,
    noNewPrivs: false,
    namespaces: { pid: "ns:pid:4026531836" },
    cgroups: [],
    root: "/",
    cwd: "/",
    rssBytes: 4096,
  };
}

kernelGraphSuite("RecordedGraph", async () => {
  const graph = new RecordedGraph([processNode(1)]);
  let next = 10;
  return {
    graph,
    appear: async () => {
      graph.change([{ op: "put", node: processNode(next) }]);
      return next++;
    },
    vanish: async (pid) => graph.change([{ op: "remove", id: `proc:${pid}@1` }]),
    close: async () => {},
  };
});

test("RecordedGraph.claim takes descendants along", () => {
  const graph = new RecordedGraph([
    processNode(7, "proc:5@1"),
    processNode(5, "proc:4@1"),
    processNode(4),
    processNode(6),
  ]);
  graph.claim(5, "lab");
  assert.deepEqual(
    [...graph.nodes.values()].filter(({ origin }) => origin === "learner").map(({ id }) => id),
    ["proc:7@1", "proc:5@1"],
  );
});

test("RecordedGraph.parse reads what was recorded and names the line that is no node", () => {
  const node = processNode(3);
  assert.deepEqual([...RecordedGraph.parse(`${JSON.stringify(node)}\n\n`).nodes.values()], [node]);
  assert.throws(() => RecordedGraph.parse(`${JSON.stringify(node)}\n{"kind":"planet"}`), /Line 2 of the recording/);
});
