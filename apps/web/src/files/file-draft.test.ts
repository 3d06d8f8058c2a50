import assert from "node:assert/strict";
import { test } from "node:test";
import { type DraftAction, type FileDraft, reduceDraft } from "./file-draft.ts";

const file = (text: string, revision: string) => ({ path: "config.json", text, revision });
const after = (...actions: DraftAction[]): FileDraft | undefined =>
  actions.reduce<FileDraft | undefined>(reduceDraft, undefined);

test("reduceDraft follows the file while nothing is edited, and keeps an edit when the file changes", () => {
  assert.equal(after({ type: "read", content: file("a", "1") }, { type: "read", content: file("b", "2") })?.text, "b");
  const edited = after(
    { type: "read", content: file("a", "1") },
    { type: "edit", text: "mine" },
    { type: "read", content: file("b", "2") },
  );
  assert.deepEqual([edited?.text, edited?.base.revision], ["mine", "1"]);
});

test("reduceDraft keeps what was typed while saving", () => {
  const saved = after(
    { type: "read", content: file("a", "1") },
    { type: "edit", text: "ab" },
    { type: "saving" },
    { type: "edit", text: "abc" },
    { type: "saved", content: file("ab", "2") },
  );
  assert.deepEqual([saved?.text, saved?.base.text, saved?.saving], ["abc", "ab", false]);
});

const conflict: DraftAction[] = [
  { type: "read", content: file("a", "1") },
  { type: "edit", text: "mine" },
  { type: "saving" },
  { type: "conflict", theirs: file("theirs", "2") },
];

test("reduceDraft loses no text over a conflict, whichever is chosen", () => {
  const kept = after(...conflict, { type: "keep-mine" });
  assert.deepEqual([kept?.text, kept?.base.revision, kept?.theirs], ["mine", "2", undefined]);
  const taken = after(...conflict, { type: "take-theirs" });
  assert.deepEqual([taken?.text, taken?.setAside], ["theirs", "mine"]);
  assert.equal(after(...conflict, { type: "take-theirs" }, { type: "bring-back" })?.text, "mine");
});
