import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDescription } from "./describe.ts";

test("parseDescription reads what the kernel tells and leaves out what it does not", () => {
  assert.deepEqual(parseDescription("ns pid 4026532200 4026532199 4026531836 -"), {
    type: "pid",
    inode: 4026532200,
    owner: 4026532199,
    parent: 4026531836,
  });
  assert.deepEqual(parseDescription("ns user 4026531837 - - 0"), { type: "user", inode: 4026531837, ownerUid: 0 });
  assert.equal(parseDescription("ns disk 1 - - -"), undefined);
});
