import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { graphOf, mountNode, namespaceNode } from "@glassbox/protocol/example-nodes";
import { mountTrees } from "./mount-trees.ts";

test("mountTrees shows what a new namespace has beyond its copies, in tree order", () => {
  const root = mountNode(2, 10, { mountPoint: "/", device: "8:1", fsType: "ext4" });
  const nodes = graphOf<GraphNode>(
    namespaceNode("mnt", 1),
    namespaceNode("mnt", 2),
    mountNode(1, 1, { mountPoint: "/", device: "8:1", fsType: "ext4" }),
    root,
    mountNode(2, 11, { parent: root.id, mountPoint: "/mnt/b", device: "0:9" }),
    mountNode(2, 12, { parent: "mount:2:11", mountPoint: "/mnt/b/c", device: "0:10" }),
    mountNode(2, 13, { parent: root.id, mountPoint: "/mnt/a", device: "0:11" }),
  );
  assert.deepEqual(
    mountTrees(nodes, undefined, undefined).map(({ namespace: { id }, copied, rows }) => [
      id,
      copied,
      rows.map((row) => `${row.depth} ${row.mount.mountPoint}`),
    ]),
    [["ns:mnt:2", 1, ["0 /mnt/a", "0 /mnt/b", "1 /mnt/b/c"]]],
  );
});

test("mountTrees counts what is mounted below the lab's directory as the learner's", () => {
  const nodes = graphOf<GraphNode>(
    namespaceNode("mnt", 1),
    mountNode(1, 1, { mountPoint: "/" }),
    mountNode(1, 2, { mountPoint: "/lab/one/merged" }),
    mountNode(1, 3, { mountPoint: "/lab/one-more" }),
  );
  assert.deepEqual(
    mountTrees(nodes, "one", "/lab/one").map(({ rows, copied }) => [rows.map((row) => row.mount.mountPoint), copied]),
    [[["/lab/one/merged"], 2]],
  );
});
