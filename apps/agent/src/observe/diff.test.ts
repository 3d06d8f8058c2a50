import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { graphOf, namespaceNode } from "@glassbox/protocol/example-nodes";
import { diff, same } from "./diff.ts";

const uts = (inode: number, heldBy: string[]): GraphNode => namespaceNode("uts", inode, { heldBy });

test("diff removes what is gone, puts what is new or different, and says nothing of the rest", () => {
  const before = graphOf(uts(1, []), uts(2, []), uts(3, ["/a"]));
  const after = graphOf(uts(2, []), uts(3, ["/b"]), uts(4, []));
  assert.deepEqual(diff(before, after), [
    { op: "remove", id: "ns:uts:1" },
    { op: "put", node: uts(3, ["/b"]) },
    { op: "put", node: uts(4, []) },
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
