import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { graphOf, mountNode, namespaceNode, processNode } from "@glassbox/protocol/example-nodes";
import { dwellersOf, whoseOf } from "./dwellers.ts";

const shell = processNode(10);
const sleeper = processNode(20, {
  argv: ["/bin/sleep", "99"],
  namespaces: { ...shell.namespaces, mnt: "ns:mnt:7", net: "ns:net:8" },
});
const own = namespaceNode("mnt", 7);
const top = mountNode(7, 1, { mountPoint: "/", parent: "mount:7:0" });
const below = mountNode(7, 2, { mountPoint: "/proc", parent: top.id });
const nodes = graphOf<GraphNode>(
  processNode(30, { namespaces: sleeper.namespaces }),
  sleeper,
  shell,
  own,
  namespaceNode("mnt", 1),
  top,
  below,
);
const whose = (node: GraphNode) => whoseOf(node, dwellersOf(nodes.values()), nodes);

test("whoseOf names the oldest process of a namespace that is not the machine's", () => {
  assert.equal(whose(own), "of 20 sleep 99");
  assert.equal(whose(namespaceNode("mnt", 1)), "");
  assert.equal(whose(shell), "");
});

test("whoseOf says whose tree begins with a mount, and nothing of the mounts below", () => {
  assert.equal(whose(top), "of 20 sleep 99");
  assert.equal(whose(below), "");
});

test("whoseOf says what keeps a namespace nobody is in", () => {
  assert.equal(whose(namespaceNode("uts", 9, { memberCount: 0, heldBy: ["/run/held"] })), "kept by /run/held");
  assert.equal(whose(namespaceNode("uts", 9, { memberCount: 0 })), "");
});
