import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode, ProcessNode } from "@glassbox/protocol";
import { containerNode, graphOf, INITIAL, namespaceNode, processNode } from "@glassbox/protocol/example-nodes";
import { roomsOf } from "../model/rooms.ts";
import { layoutNamespaces, type NamespaceScene } from "./namespace-layout.ts";

const namespaces = [namespaceNode("uts", 2), namespaceNode("pid", 3)];
const shell = processNode(10);
const boxed = processNode(20, { parent: shell.id, namespaces: { ...INITIAL, uts: "ns:uts:2" } });

function layout(processes: ProcessNode[], before?: NamespaceScene, ghosts = new Set<string>()): NamespaceScene {
  const nodes = graphOf<GraphNode>(...namespaces, ...processes);
  return layoutNamespaces(roomsOf(processes, nodes), before?.memory ?? new Map(), { ghosts });
}

const places = (scene: NamespaceScene) =>
  Object.fromEntries([
    ...scene.cards.map(({ id, x, y }) => [id, [x, y]]),
    ...scene.rooms.slice(1).map(({ key, x, y }) => [key, [x, y]]),
  ]);

test("layoutNamespaces is the same to the pixel for the same input", () => {
  assert.deepEqual(layout([shell, boxed]), layout([shell, boxed]));
});

test("layoutNamespaces puts a pane inside its outer pane and its processes inside the pane", () => {
  const scene = layout([shell, boxed]);
  const [machine, pane] = scene.rooms;
  const card = scene.cards.find(({ id }) => id === boxed.id);
  assert.ok(machine && pane && card);
  for (const [inner, outer] of [
    [pane, machine],
    [card, pane],
  ] as const) {
    assert.ok(inner.x >= outer.x && inner.y >= outer.y);
    assert.ok(inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height);
  }
});

test("layoutNamespaces makes a container's pane wide enough for its title", () => {
  const widthOf = (containerId: string) => {
    const nodes = graphOf<GraphNode>(...namespaces, shell, boxed, containerNode(containerId, { init: boxed.id }));
    const scene = layoutNamespaces(roomsOf([shell, boxed], nodes), new Map());
    return scene.rooms.find(({ room }) => room.container)?.width ?? 0;
  };
  assert.ok(widthOf("a-long-name-for-a-box") > widthOf("a"));
});

test("layoutNamespaces moves nothing when one process appears or goes", () => {
  const other = processNode(11);
  const before = layout([shell, boxed, other]);
  const child = processNode(30, { parent: other.id, comm: "sleep" });
  const after = layout([shell, boxed, other, child], before);
  const { [child.id]: appeared, ...rest } = places(after);
  assert.deepEqual(rest, places(before));
  const parent = places(before)[other.id];
  assert.ok(appeared && parent && appeared[1] === parent[1] && (appeared[0] ?? 0) > (parent[0] ?? 0));
  const gone = layout([boxed, other], before);
  assert.deepEqual(places(gone)[other.id], parent);
});

test("layoutNamespaces lets a new command take the place of the one that just went", () => {
  const ls = processNode(30, { parent: shell.id, comm: "ls" });
  const cat = processNode(31, { parent: shell.id, comm: "cat" });
  const before = layout([shell, ls]);
  const fading = layout([shell, ls], before, new Set([ls.id]));
  assert.deepEqual(places(fading), places(before));
  const after = layout([shell, ls, cat], fading, new Set([ls.id]));
  assert.deepEqual(places(after)[cat.id], places(before)[ls.id]);
  assert.equal(places(after)[ls.id], undefined);
});

test("layoutNamespaces draws many children of one command as a stack", () => {
  const sleeps = Array.from({ length: 60 }, (_, index) =>
    processNode(100 + index, { parent: shell.id, comm: "sleep" }),
  );
  const scene = layout([shell, ...sleeps]);
  assert.equal(scene.cards.length, 1);
  assert.deepEqual(
    scene.stacks.map(({ processes }) => processes.length),
    [60],
  );
});

test("layoutNamespaces gives each terminal's shell a card, however many there are", () => {
  const shells = [11, 12, 13, 14, 15].map((pid) => processNode(pid, { comm: "bash" }));
  const rooms = roomsOf(shells, graphOf<GraphNode>(...shells));
  const scene = layoutNamespaces(rooms, new Map(), { shells: new Set(shells.map(({ pid }) => pid)) });
  assert.deepEqual([scene.cards.length, scene.stacks.length], [5, 0]);
});

test("layoutNamespaces links parent and child, and says when the line enters another pane", () => {
  const child = processNode(30, { parent: boxed.id, namespaces: boxed.namespaces });
  assert.deepEqual(
    layout([shell, boxed, child])
      .links.map(({ id, crosses }) => [id, crosses])
      .sort(),
    [
      [`${shell.id}>${boxed.id}`, true],
      [`${boxed.id}>${child.id}`, false],
    ].sort(),
  );
});
