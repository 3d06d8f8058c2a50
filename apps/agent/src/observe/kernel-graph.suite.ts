/**
 * What every KernelGraph promises, whatever feeds it. Run on the recorded graph in `recorded-graph.test.ts` and on the
 * live observer in `test/root/observe/`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphChange, GraphNode, NodeId } from "@glassbox/protocol";
import type { GraphBatch, KernelGraph } from "./kernel-graph.ts";

export interface GraphUnderTest {
  graph: KernelGraph;
  /** Make one process appear; resolves to its pid when `graph` shows it. */
  appear(): Promise<number>;
  /** Make that process vanish; resolves when `graph` no longer shows it. */
  vanish(pid: number): Promise<void>;
  close(): Promise<void>;
}

export function kernelGraphSuite(name: string, open: () => Promise<GraphUnderTest>): void {
  const promise = (sentence: string, body: (under: GraphUnderTest) => Promise<void>) =>
    test(`${name}: ${sentence}`, async () => {
      const under = await open();
      try {
        await body(under);
      } finally {
        await under.close();
      }
    });

  promise("batches follow one another and reproduce the nodes, also when applied twice", async ({ graph, ...make }) => {
    const copy = new Map(graph.nodes);
    const batches: GraphBatch[] = [];
    const first = graph.sequence;
    const stop = graph.subscribe((batch) => batches.push(batch));
    const pid = await make.appear();
    await make.vanish(pid);
    stop();
    let expected = first;
    for (const batch of batches) {
      assert.equal(batch.fromSequence, expected);
      assert.ok(batch.sequence > batch.fromSequence);
      assert.ok(batch.noticedAtMs <= Date.now());
      expected = batch.sequence;
      apply(copy, batch.changes);
      apply(copy, batch.changes);
    }
    assert.ok(batches.length > 0);
    assert.equal(expected, graph.sequence);
    assert.deepEqual(copy, new Map(graph.nodes));
  });

  promise("changesSince brings a follower who was away to the same nodes", async ({ graph, ...make }) => {
    const gone = await make.appear();
    const copy = new Map(graph.nodes);
    const left = graph.sequence;
    await make.vanish(gone);
    const there = await make.appear();
    const missed = graph.changesSince(left);
    assert.ok(missed);
    assert.deepEqual([missed.fromSequence, missed.sequence], [left, graph.sequence]);
    apply(copy, missed.changes);
    assert.deepEqual(copy, new Map(graph.nodes));
    assert.deepEqual(graph.changesSince(graph.sequence)?.changes, []);
    assert.equal(graph.changesSince(graph.sequence + 1), undefined);
    await make.vanish(there);
  });

  promise("claim makes a process the learner's", async ({ graph, ...make }) => {
    const pid = await make.appear();
    const claimed = new Promise<GraphNode>((resolve) => {
      const stop = graph.subscribe(() => {
        const node = findProcess(graph, pid);
        if (node?.origin !== "learner") return;
        stop();
        resolve(node);
      });
    });
    graph.claim(pid, "010-test");
    assert.equal((await claimed).lab, "010-test");
    await make.vanish(pid);
  });

  promise("refresh is refused once its signal is aborted", async ({ graph }) => {
    await graph.refresh();
    await assert.rejects(graph.refresh(AbortSignal.abort()), { category: "cancelled" });
  });

  promise("subscribe stops when told so", async ({ graph, ...make }) => {
    let batches = 0;
    const stop = graph.subscribe(() => batches++);
    stop();
    await make.vanish(await make.appear());
    assert.equal(batches, 0);
  });
}

/** The process with this pid that the graph shows. */
export function findProcess(graph: KernelGraph, pid: number): (GraphNode & { kind: "process" }) | undefined {
  for (const node of graph.nodes.values()) if (node.kind === "process" && node.pid === pid) return node;
  return undefined;
}

function apply(nodes: Map<NodeId, GraphNode>, changes: GraphChange[]): void {
  for (const change of changes) {
    if (change.op === "put") nodes.set(change.node.id, change.node);
    else nodes.delete(change.id);
  }
}
