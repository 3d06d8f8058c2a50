import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { GraphNode, NodeId } from "@glassbox/protocol";
import type { KernelGraph } from "../../observe/kernel-graph.ts";
import { compileCheck, freshNames } from "../check/compile.ts";
import { learnersProcess, viewOf } from "../check/small-graph.ts";
import { Check } from "../content/lab-schema.ts";
import type { Lab } from "../content/load.ts";
import { OpenLab } from "./open-lab.ts";

/** Longer than what happens for a moment, and far shorter than a check has to hold. */
const MOMENT_MS = 90;
const PATIENCE_MS = 10_000;

/** A lab of one step, done with a process called "sleep"; and how to say what is in the graph now. */
function openLab() {
  const wanted = Check.parse({ title: "It sleeps", let: "process P", where: ["mine", 'comm = "sleep"'] });
  const check = compileCheck(wanted, freshNames(), (_, message) => assert.fail(message));
  const nodes = new Map<NodeId, GraphNode>();
  const listeners = new Set<() => void>();
  const graph = {
    nodes,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as KernelGraph;
  const step = { id: "01-sleep", front: {}, sections: [], checks: [check], hints: [], solve: "", wrong: [], files: [] };
  const { nodes: _, ...view } = viewOf([]);
  const lab = { id: "001-lab", file: {}, steps: [step] } as unknown as Lab;
  const open = new OpenLab({ lab, graph, view, done: [], onChange: () => {} });
  const show = (comm: string) => {
    nodes.clear();
    for (const node of viewOf([learnersProcess(201, { comm })]).nodes.values()) nodes.set(node.id, node);
    for (const listener of listeners) listener();
  };
  return { open, show };
}

test("a step is done when its checks have held for a while", async (t) => {
  const { open, show } = openLab();
  t.after(() => open.close());
  show("sleep");
  for (const deadline = Date.now() + PATIENCE_MS; open.done.length === 0 && Date.now() < deadline; ) await pause(20);
  assert.deepEqual(open.done, ["01-sleep"]);
});

test("a step is not done by what was so for a moment, however often", async (t) => {
  const { open, show } = openLab();
  t.after(() => open.close());
  for (let round = 0; round < 6; round++) {
    show("sleep");
    await pause(MOMENT_MS);
    show("bash");
    await pause(MOMENT_MS);
  }
  assert.deepEqual(open.done, []);
  assert.equal(open.steps[0]?.status, "current");
});
