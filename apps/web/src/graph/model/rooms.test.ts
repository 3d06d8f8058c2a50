import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { containerNode, graphOf, INITIAL, namespaceNode, processNode } from "@glassbox/protocol/example-nodes";
import { MACHINE_ROOM, roomsOf } from "./rooms.ts";

const inUts = { ...INITIAL, uts: "ns:uts:2" };
const inUtsAndPid = { ...inUts, pid: "ns:pid:3" };
const namespaces = [namespaceNode("uts", 1), namespaceNode("pid", 1), namespaceNode("uts", 2), namespaceNode("pid", 3)];

test("roomsOf puts processes of the machine's namespaces into the machine's room", () => {
  const { byKey } = roomsOf([processNode(7)], graphOf<GraphNode>(...namespaces.slice(0, 2)));
  assert.deepEqual([...byKey.keys()], [MACHINE_ROOM]);
  assert.deepEqual(
    byKey.get(MACHINE_ROOM)?.members.map((member) => member.pid),
    [7],
  );
});

test("roomsOf nests a room in the one whose namespaces it shares, and names only what is added", () => {
  const shell = processNode(7);
  const first = processNode(8, { parent: shell.id, namespaces: inUts });
  const second = processNode(9, { parent: first.id, namespaces: inUtsAndPid });
  const { byKey } = roomsOf([shell, first, second], graphOf<GraphNode>(...namespaces));
  const outer = byKey.get("room:ns:uts:2");
  const inner = byKey.get("room:ns:uts:2+ns:pid:3");
  assert.deepEqual(
    [outer?.parent, outer?.door, outer?.added.map(({ id }) => id)],
    [MACHINE_ROOM, shell.id, ["ns:uts:2"]],
  );
  assert.deepEqual(
    [inner?.parent, inner?.door, inner?.added.map(({ id }) => id)],
    [outer?.key, first.id, ["ns:pid:3"]],
  );
});

test("roomsOf gives a process that enters a namespace from elsewhere a place in the same room", () => {
  const first = processNode(8, { namespaces: inUts });
  const entering = processNode(20, { parent: "proc:19@19", namespaces: inUts });
  const { byKey } = roomsOf([first, processNode(19), entering], graphOf<GraphNode>(...namespaces));
  assert.deepEqual(
    byKey.get("room:ns:uts:2")?.members.map((member) => member.pid),
    [8, 20],
  );
});

test("roomsOf leaves a process that has ended, and has no namespaces any more, with the parent that is to collect it", () => {
  const first = processNode(8, { namespaces: inUts });
  const ended = processNode(9, { parent: first.id, state: "Z", namespaces: {} });
  const endedToo = processNode(10, { parent: ended.id, state: "Z", namespaces: {} });
  const orphan = processNode(11, { parent: "proc:3@3", state: "Z", namespaces: {} });
  const { byKey } = roomsOf([endedToo, ended, first, orphan], graphOf<GraphNode>(...namespaces));
  assert.deepEqual(
    [...byKey].map(([key, { members }]) => [key, members.map(({ pid }) => pid)]),
    [
      [MACHINE_ROOM, [11]],
      ["room:ns:uts:2", [10, 9, 8]],
    ],
  );
});

test("roomsOf names the container whose first process lives in a room", () => {
  const init = processNode(8, { namespaces: inUts });
  const web = containerNode("web", { init: init.id });
  const { byKey } = roomsOf([init], graphOf<GraphNode>(...namespaces, web));
  assert.equal(byKey.get("room:ns:uts:2")?.container, web);
});

test("roomsOf lists a learner's namespace without members, of this lab only", () => {
  const held = namespaceNode("net", 5, { memberCount: 0, heldBy: ["/run/netns/a"], lab: "one" });
  const others = namespaceNode("net", 6, { memberCount: 0, lab: "two" });
  const inhabited = namespaceNode("net", 7, { memberCount: 3, lab: "one" });
  assert.deepEqual(roomsOf([], graphOf<GraphNode>(held, others, inhabited), "one").empty, [held]);
});
