/**
 * One file being edited, as a pure state machine: what the agent last gave us, what stands in the editor, and what to
 * do when the file changed underneath. No path through it throws away a text that somebody wrote.
 */
import type { FileContent } from "@glassbox/protocol";

export interface FileDraft {
  /** The file as last read or saved; its revision goes along with the next save. */
  base: FileContent;
  /** What stands in the editor. */
  text: string;
  saving: boolean;
  /** The file as it is now, when a save was refused because it had changed. */
  theirs: FileContent | undefined;
  /** The editor's text that was put aside when the file's own was taken, to bring back. */
  setAside: string | undefined;
}

export type DraftAction =
  | { type: "read"; content: FileContent }
  | { type: "edit"; text: string }
  | { type: "saving" }
  | { type: "saved"; content: FileContent }
  | { type: "save-failed" }
  | { type: "conflict"; theirs: FileContent }
  | { type: "keep-mine" }
  | { type: "take-theirs" }
  | { type: "bring-back" };

export const isDirty = (draft: FileDraft): boolean => draft.text !== draft.base.text;

/** Undefined before the first read. */
export function reduceDraft(draft: FileDraft | undefined, action: DraftAction): FileDraft | undefined {
  if (action.type === "read") return afterRead(draft, action.content);
  if (!draft) return undefined;
  switch (action.type) {
    case "edit":
      return { ...draft, text: action.text };
    case "saving":
      return { ...draft, saving: true };
    case "save-failed":
      return { ...draft, saving: false };
    case "saved":
      // What was typed while saving stays, and is unsaved again.
      return { ...draft, base: action.content, saving: false, theirs: undefined };
    case "conflict":
      return { ...draft, saving: false, theirs: action.theirs };
    case "keep-mine":
      // The next save goes on top of theirs, knowingly.
      return draft.theirs ? { ...draft, base: draft.theirs, theirs: undefined } : draft;
    case "take-theirs":
      if (!draft.theirs) return draft;
      return { ...draft, base: draft.theirs, text: draft.theirs.text, setAside: draft.text, theirs: undefined };
    case "bring-back":
      return draft.setAside === undefined ? draft : { ...draft, text: draft.setAside, setAside: undefined };
  }
}

/** A clean draft follows the file; a dirty one is left alone, and the save will find out. */
function afterRead(draft: FileDraft | undefined, content: FileContent): FileDraft {
  if (!draft || draft.base.path !== content.path) {
    return { base: content, text: content.text, saving: false, theirs: undefined, setAside: undefined };
  }
  if (isDirty(draft) || draft.saving || draft.base.revision === content.revision) return draft;
  return { ...draft, base: content, text: content.text };
}
