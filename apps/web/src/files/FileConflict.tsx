/** A file that was changed while somebody edited it: both texts side by side, and the two ways on. */
import type { FileContent } from "@glassbox/protocol";
import { DiffEditor } from "@monaco-editor/react";
import css from "./FilesPane.module.css";
import { defineThemes, EDITOR_OPTIONS, languageOf } from "./monaco.ts";

export interface FileConflictProps {
  /** The text in the editor. */
  mine: string;
  /** The file as it is now. */
  theirs: FileContent;
  /** Monaco's name for it. */
  theme: string;
  onTakeTheirs(): void;
  onKeepMine(): void;
}

export function FileConflict({ mine, theirs, theme, onTakeTheirs, onKeepMine }: FileConflictProps) {
  return (
    <>
      <div className={css.conflict} role="alert">
        <p>
          <b>The file was changed meanwhile.</b> Left: the file now. Right: your text. Nothing is lost whichever you
          choose.
        </p>
        <button type="button" className="button small" onClick={onTakeTheirs}>
          Take the file as it is now
        </button>
        <button type="button" className="button small primary" onClick={onKeepMine}>
          Save mine over it
        </button>
      </div>
      {/* Its models are kept: the wrapper frees them before the editor lets go of them, which Monaco takes ill. */}
      <DiffEditor
        keepCurrentOriginalModel
        keepCurrentModifiedModel
        original={theirs.text}
        modified={mine}
        language={languageOf(theirs.path)}
        theme={theme}
        beforeMount={defineThemes}
        options={{ ...EDITOR_OPTIONS, readOnly: true }}
      />
    </>
  );
}
