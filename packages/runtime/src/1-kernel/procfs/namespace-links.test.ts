import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNamespaceLink, readNamespaceLinks } from "./namespace-links.ts";

test("parseNamespaceLink reads what readlink prints and nothing else", () => {
  assert.deepEqual(parseNamespaceLink("mnt:[4026531832]"), { type: "mnt", inode: 4026531832 });
  for (const other of ["socket:[1234]", "/dev/null", "mnt:[]", "mnt:[12] (deleted)", ""])
    assert.equal(parseNamespaceLink(other), undefined, other);
});

test("readNamespaceLinks shows nothing of a process that does not exist", () => {
  assert.deepEqual(readNamespaceLinks(2 ** 22 + 1), { own: {} });
});
