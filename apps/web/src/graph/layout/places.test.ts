import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import {
  cgroupNode,
  containerNode,
  graphOf,
  INITIAL,
  mountNode,
  namespaceNode,
  processNode,
} from "@glassbox/protocol/example-nodes";
import { learnersCgroups } from "../model/cgroup-tree.ts";
import { mountTrees } from "../model/mount-trees.ts";
import { roomsOf } from "../model/rooms.ts";
import { layoutCgroups, NO_CGROUP_MEMORY } from "./cgroup-layout.ts";
import { layoutMounts } from "./mount-layout.ts";
import { layoutNamespaces } from "./namespace-layout.ts";
import { boxAround, placesOfCgroups, placesOfMounts, placesOfNamespaces } from "./places.ts";

test("placesOfNamespaces puts a container and its namespaces where their room is, around its process", () => {
  const uts = namespaceNode("uts", 2);
  const init = processNode(20, { namespaces: { ...INITIAL, uts: uts.id } });
  const container = containerNode("web", { init: init.id });
  const scene = layoutNamespaces(roomsOf([init], graphOf<GraphNode>(uts, init, container)), new Map());
  const places = placesOfNamespaces(scene);
  const room = places.get(container.id);
  assert.deepEqual(room, scene.rooms[1]);
  assert.deepEqual(places.get(uts.id), room);
  const { x, y, width, height } = scene.rooms[1] ?? assert.fail("there is a room");
  assert.deepEqual(boxAround([init.id, container.id], places), { x, y, width, height });
});

test("placesOfCgroups puts the trees of cgroup v1 in one box", () => {
  const parts = ["cpu", "memory"].map((hierarchy) => cgroupNode("/lab", { hierarchy, version: 1 }));
  const scene = layoutCgroups(learnersCgroups(graphOf(...parts), undefined, new Map()), NO_CGROUP_MEMORY);
  const places = placesOfCgroups(scene);
  assert.deepEqual(
    parts.map(({ id }) => places.get(id)),
    [scene.groups[0], scene.groups[0]],
  );
});

test("placesOfMounts puts a mount in its row, with all its layers", () => {
  const overlay = { lower: ["/b", "/a"], upper: "/up", work: "/work" };
  const mount = mountNode(2, 1, { mountPoint: "/merged", fsType: "overlay", overlay });
  const scene = layoutMounts(mountTrees(graphOf<GraphNode>(namespaceNode("mnt", 2), mount), undefined, undefined));
  const place = placesOfMounts(scene).get(mount.id) ?? assert.fail("it has a place");
  const row = scene.trees[0]?.mounts[0] ?? assert.fail("it has a row");
  assert.equal(place.y, row.y);
  assert.ok(row.sheets.every(({ y }) => y > place.y && y < place.y + place.height));
});

test("boxAround is undefined while nothing of what is asked for is in the picture", () => {
  assert.equal(boxAround(["process:1"], new Map()), undefined);
});
