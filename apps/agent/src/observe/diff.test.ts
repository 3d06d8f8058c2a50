import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode, NamespaceNode } from "@glassbox/protocol";
import { diff, same } from "./diff.ts";

function namespace(inode: number, heldBy: string[]): NamespaceNode {
  return {
    id: `ns:uts:${inode}`,
    kind: "namespace",
    origin: "host",
    firstSeenMs: 1,
    type: "uts",
    inode,
    initial: false,
    memberCount: 1,
    heldBy,
  };
}

function graphOf(...nodes: GraphNode[]): Map<string, GraphNode> {
  return new Map(nodes.map((node) => [node.id, node]));
}

test("diff removes what is gone, puts what is new or different, and says nothing of the rest", () => {
  const before = graphOf(namespace(1, []), namespace(2, []), namespace(3, ["/a"]));
  const after = graphOf(namespace(2, []), namespace(3, ["/b"]), namespace(4, []));
  assert.deepEqual(diff(before, after), [
    { op: "remove", id: "ns:uts:1" },
    { op: "put", node: namespace(3, ["/b"]) },
    { op: "put", node: namespace(4, []) },
  ]);
});

const PAIRS: Array<[a: unknown, b: unknown, equal: boolean]> = [
  [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [[1, 2], [1], false],
  [[], {}, false],
  [null, {}, false],
  ["1", 1, false],
];
for (const [a, b, equal] of PAIRS) {
  test(`same tells that ${JSON.stringify(a)} and ${JSON.stringify(b)} are ${equal ? "equal" : "different"}`, () =>
    assert.equal(same(a, b), equal));
}
