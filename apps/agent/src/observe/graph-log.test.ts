import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphChange } from "@glassbox/protocol";
import { namespaceNode } from "@glassbox/protocol/example-nodes";
import { GraphLog } from "./graph-log.ts";

const put = (inode: number, memberCount: number): GraphChange => ({
  op: "put",
  node: namespaceNode("uts", inode, { memberCount }),
});

test("GraphLog.changesSince merges what changed often into its last state", () => {
  const log = new GraphLog();
  log.apply([put(1, 1)], 100);
  const away = log.sequence;
  log.apply([put(1, 2), put(2, 1)], 200);
  log.apply([put(1, 3), { op: "remove", id: "ns:uts:2" }], 300);
  assert.deepEqual(log.changesSince(away), {
    fromSequence: 1,
    sequence: 5,
    noticedAtMs: 300,
    changes: [{ op: "remove", id: "ns:uts:2" }, put(1, 3)],
  });
});

test("GraphLog.changesSince is undefined once the removals in between have been forgotten", () => {
  const log = new GraphLog({ removalsKept: 2 });
  log.apply([put(1, 1)], 1);
  const longAgo = log.sequence;
  for (let inode = 2; inode < 6; inode++) {
    log.apply([put(inode, 1)], 1);
    log.apply([{ op: "remove", id: `ns:uts:${inode}` }], 1);
  }
  assert.equal(log.changesSince(longAgo), undefined);
  assert.equal(log.changesSince(log.sequence - 1)?.changes.length, 1);
});

test("GraphLog.apply tells nobody when nothing changed", () => {
  const log = new GraphLog();
  let batches = 0;
  log.subscribe(() => batches++);
  log.apply([], 1);
  assert.deepEqual([batches, log.sequence], [0, 0]);
});
