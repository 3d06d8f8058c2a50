/**
 * One file of the lab's directory as the page holds it: read again and again, edited, saved. What becomes of the text
 * when the file changes underneath is `file-draft.ts`; this does the asking.
 */
import { type Dispatch, useCallback, useEffect, useReducer, useRef, useState } from "react";
import { api, RequestError } from "../connection/api.ts";
import { type DraftAction, type FileDraft, reduceDraft } from "./file-draft.ts";

/** How often a file that is not being edited is read again: a command in the terminal may have written it. */
const REREAD_MS = 2500;

export interface OpenFile {
  /** Undefined before the first read. */
  draft: FileDraft | undefined;
  /** Why the last request failed. */
  problem: RequestError | undefined;
  dispatch: Dispatch<DraftAction>;
  /** Write the editor's text over the file as it was last read. Does nothing while a conflict stands. */
  save(): Promise<void>;
}

export function useFile(lab: string, path: string): OpenFile {
  const [draft, dispatch] = useReducer(reduceDraft, undefined);
  const [problem, setProblem] = useState<RequestError>();
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
  return { draft, problem, dispatch, save };
}
