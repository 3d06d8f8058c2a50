import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphChange } from "@glassbox/protocol";
import { PendingChanges } from "./pending-changes.ts";

const remove = (id: string): GraphChange => ({ op: "remove", id });
const put = (id: string, hostname: string): GraphChange => ({
  op: "put",
  node: {
    id,
    kind: "namespace",
    origin: "host",
    firstSeenMs: 0,
    type: "uts",
    inode: 1,
    initial: false,
    memberCount: 1,
    heldBy: [],
    hostname,
  },
});
const batch = (fromSequence: number, noticedAtMs: number, ...changes: GraphChange[]) => ({
  fromSequence,
  sequence: fromSequence + changes.length,
  noticedAtMs,
  changes,
});

test("PendingChanges.take merges batches to the last change of each node", () => {
  const pending = new PendingChanges(10);
  pending.add(batch(4, 1000, put("a", "one"), put("b", "one")));
  pending.add(batch(6, 1005, put("a", "two"), remove("b"), put("c", "one")));
  assert.deepEqual(pending.take(), {
    fromSequence: 4,
    sequence: 9,
    noticedAtMs: 1000,
    changes: [put("a", "two"), remove("b"), put("c", "one")],
  });
  assert.equal(pending.take(), undefined);
});

test("PendingChanges.take asks for a snapshot when more nodes changed than it keeps", () => {
  const pending = new PendingChanges(2);
  pending.add(batch(0, 1000, remove("a"), remove("b")));
  pending.add(batch(2, 1000, remove("c")));
  pending.add(batch(3, 1000, remove("d")));
  assert.equal(pending.take(), "snapshot");
  pending.add(batch(4, 2000, remove("e")));
  assert.deepEqual(pending.take(), batch(4, 2000, remove("e")));
});
