/** Files of the lab's directory, edited in the browser. They are real files: the terminal sees every save at once. */
"use client";
import { DiffEditor, Editor } from "@monaco-editor/react";
import { FileText, Save, Undo2 } from "lucide-react";
import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { THEME_CHANGED } from "../chrome/theme.ts";
import { api, RequestError } from "../connection/api.ts";
import { useMayWork } from "../connection/may-work.ts";
import css from "./FilesPane.module.css";
import { isDirty, reduceDraft } from "./file-draft.ts";
import { defineThemes, EDITOR_OPTIONS, languageOf, monacoTheme, prepareMonaco } from "./monaco.ts";

/** How often a file that is not being edited is read again: a command in the terminal may have written it. */
const REREAD_MS = 2500;

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
  const [draft, dispatch] = useReducer(reduceDraft, undefined);
  const [problem, setProblem] = useState<RequestError>();
  const theme = useMonacoTheme();
  const mayWork = useMayWork();
  const latest = useRef(draft);
  latest.current = draft;

  const read = useCallback(async () => {
    try {
      dispatch({ type: "read", content: await api.readFile(lab, path) });
      setProblem(undefined);
    } catch (error) {
      if (error instanceof RequestError) setProblem(error);
    }
  }, [lab, path]);
  useEffect(() => {
    void read();
    const timer = setInterval(() => document.visibilityState === "visible" && void read(), REREAD_MS);
    return () => clearInterval(timer);
  }, [read]);

  const save = useCallback(async () => {
    const now = latest.current;
    if (!now || now.saving || now.theirs) return;
    dispatch({ type: "saving" });
    try {
      const content = await api.writeFile(lab, { path, text: now.text, revision: now.base.revision });
      dispatch({ type: "saved", content: { ...content, text: now.text } });
      setProblem(undefined);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.status !== 409) {
        dispatch({ type: "save-failed" });
        setProblem(error);
        return;
      }
      const theirs = await api.readFile(lab, path).catch(() => undefined);
      dispatch(theirs ? { type: "conflict", theirs } : { type: "save-failed" });
    }
  }, [lab, path]);
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
        <>
          <div className={css.conflict} role="alert">
            <p>
              <b>The file was changed meanwhile.</b> Left: the file now. Right: your text. Nothing is lost whichever you
              choose.
            </p>
            <button type="button" className="button small" onClick={() => dispatch({ type: "take-theirs" })}>
              Take the file as it is now
            </button>
            <button
              type="button"
              className="button small primary"
              onClick={() => {
                dispatch({ type: "keep-mine" });
                setTimeout(() => void save());
              }}
            >
              Save mine over it
            </button>
          </div>
          {/* Its models are kept: the wrapper frees them before the editor lets go of them, which Monaco takes ill. */}
          <DiffEditor
            keepCurrentOriginalModel
            keepCurrentModifiedModel
            original={draft.theirs.text}
            modified={draft.text}
            language={languageOf(path)}
            theme={theme}
            beforeMount={defineThemes}
            options={{ ...EDITOR_OPTIONS, readOnly: true }}
          />
        </>
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

function useMonacoTheme(): string {
  prepareMonaco();
  const [theme, setTheme] = useState(monacoTheme);
  useEffect(() => {
    const change = () => setTheme(monacoTheme());
    window.addEventListener(THEME_CHANGED, change);
    return () => window.removeEventListener(THEME_CHANGED, change);
  }, []);
  return theme;
}
