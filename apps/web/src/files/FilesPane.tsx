/** Files of the lab's directory, edited in the browser. They are real files: the terminal sees every save at once. */
"use client";
import { Editor } from "@monaco-editor/react";
import { FileText, Save, Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useMayWork } from "../connection/may-work.ts";
import { FileConflict } from "./FileConflict.tsx";
import css from "./FilesPane.module.css";
import { isDirty } from "./file-draft.ts";
import { defineThemes, EDITOR_OPTIONS, languageOf } from "./monaco.ts";
import { useFile } from "./use-file.ts";
import { useMonacoTheme } from "./use-monaco-theme.ts";

export interface FilesPaneProps {
  lab: string;
  paths: readonly string[];
}

export function FilesPane({ lab, paths }: FilesPaneProps) {
  const [path, setPath] = useState(paths[0] ?? "");
  return (
    <div className={css.pane}>
      <div className={css.list} role="tablist" aria-label="Files">
        {paths.map((each) => (
          <button key={each} type="button" role="tab" aria-selected={each === path} onClick={() => setPath(each)}>
            <FileText size={14} aria-hidden />
            {each}
          </button>
        ))}
      </div>
      <FileEditor key={`${lab} ${path}`} lab={lab} path={path} />
    </div>
  );
}

function FileEditor({ lab, path }: { lab: string; path: string }) {
  const { draft, problem, dispatch, save } = useFile(lab, path);
  const theme = useMonacoTheme();
  const mayWork = useMayWork();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void save();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [save]);

  if (!draft) {
    return (
      <p className={css.message}>
        {problem?.status === 404
          ? `${path} does not exist yet. It appears here as soon as it does.`
          : (problem?.message ?? "Reading the file")}
      </p>
    );
  }
  const dirty = isDirty(draft);
  return (
    <div className={css.editor}>
      <div className={css.bar}>
        <span role="status">{mayWork ? savedWord(draft.saving, dirty) : "Looking only"}</span>
        {problem && <span className={css.problem}>{problem.message}</span>}
        {draft.setAside !== undefined && (
          <button type="button" className="button small" onClick={() => dispatch({ type: "bring-back" })}>
            <Undo2 size={14} aria-hidden />
            Bring my text back
          </button>
        )}
        <button
          type="button"
          className={`button small ${dirty ? "primary" : ""}`}
          disabled={!mayWork || !dirty || draft.saving || draft.theirs !== undefined}
          onClick={() => void save()}
        >
          <Save size={14} aria-hidden />
          Save
        </button>
      </div>
      {draft.theirs ? (
        <FileConflict
          mine={draft.text}
          theirs={draft.theirs}
          theme={theme}
          onTakeTheirs={() => dispatch({ type: "take-theirs" })}
          onKeepMine={() => {
            dispatch({ type: "keep-mine" });
            setTimeout(() => void save());
          }}
        />
      ) : (
        <Editor
          value={draft.text}
          language={languageOf(path)}
          path={`${lab}/${path}`}
          theme={theme}
          beforeMount={defineThemes}
          options={{ ...EDITOR_OPTIONS, readOnly: !mayWork }}
          loading={<p className={css.message}>Opening the editor</p>}
          onChange={(text) => dispatch({ type: "edit", text: text ?? "" })}
        />
      )}
    </div>
  );
}

function savedWord(saving: boolean, dirty: boolean): string {
  if (saving) return "Saving";
  return dirty ? "Changed, not saved" : "Saved";
}
