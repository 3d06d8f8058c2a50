/** The terminals of a lab: tabs, tools, and the screen of the one in front. */
"use client";
import type { TerminalInfo } from "@glassbox/protocol";
import { OctagonX, Plus } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { preference } from "../chrome/preferences.ts";
import { SCREEN_READER_CHANGED } from "../chrome/Shortcuts.tsx";
import { THEME_CHANGED } from "../chrome/theme.ts";
import { api, RequestError } from "../connection/api.ts";
import { ONLY_LOOKING, useMayWork } from "../connection/may-work.ts";
import css from "./TerminalPane.module.css";
import { TerminalTabs } from "./TerminalTabs.tsx";
import { TerminalView } from "./TerminalView.tsx";
import type { TerminalDesk } from "./terminal-desk.ts";
import { freeName } from "./terminal-names.ts";

export interface TerminalPaneProps {
  desk: TerminalDesk;
  terminals: readonly TerminalInfo[];
  /** The lab is not open yet; its first terminal comes with it. */
  opening: boolean;
}

export function TerminalPane({ desk, terminals, opening }: TerminalPaneProps) {
  const { front } = useSyncExternalStore(desk.subscribe, desk.getState, desk.getState);
  const [problem, setProblem] = useState<string>();
  const mayWork = useMayWork();
  useEffect(() => {
    desk.take(terminals);
    for (const { id } of terminals) desk.session(id).setLooking(!mayWork);
  }, [desk, terminals, mayWork]);
  useAppearance(desk);
  const attempt = async (action: () => Promise<unknown>) => {
    setProblem(undefined);
    try {
      await action();
    } catch (error) {
      setProblem(error instanceof RequestError ? error.message : String(error));
    }
  };
  const open = (name: string) => attempt(async () => (await desk.open(name)).focus());
  const current = terminals.find((terminal) => terminal.id === front);

  return (
    <div className={css.pane}>
      <div className={css.bar}>
        <TerminalTabs
          desk={desk}
          terminals={terminals}
          front={front}
          onRenamed={(id, name) => void attempt(() => api.renameTerminal(id, name))}
          onClose={(id) => void attempt(() => api.closeTerminal(id))}
        />
        {mayWork && (
          <button
            type="button"
            className={css.tool}
            aria-label="New terminal"
            title="New terminal"
            onClick={() => void open(freeName(terminals.map(({ name }) => name)))}
          >
            <Plus size={16} aria-hidden />
          </button>
        )}
        <span className={css.gap} />
        {current && current.ended === undefined && mayWork && (
          <button
            type="button"
            className={css.tool}
            title="Interrupt what runs in this terminal (Ctrl-C)"
            onClick={() => desk.session(current.id).interrupt()}
          >
            <OctagonX size={14} aria-hidden />
            Interrupt
          </button>
        )}
        {!mayWork && <span className={css.way}>{ONLY_LOOKING}.</span>}
        <span className={css.way}>
          <kbd>F6</kbd> leaves the terminal
        </span>
      </div>
      {problem && (
        <p className={css.problem} role="alert">
          {problem}
        </p>
      )}
      <div className={css.screens}>
        {terminals.map((terminal) => (
          <TerminalView
            key={terminal.id}
            session={desk.session(terminal.id)}
            terminal={terminal}
            hidden={terminal.id !== front}
            onAgain={() =>
              void attempt(async () => {
                await api.closeTerminal(terminal.id);
                (await desk.open(terminal.name)).focus();
              })
            }
          />
        ))}
        {terminals.length === 0 && (
          <div className={css.none}>
            <p>{opening ? "The first terminal comes with the lab." : "No terminal is open."}</p>
            {mayWork && !opening && (
              <button type="button" className="button" onClick={() => void open("main")}>
                Open a terminal
              </button>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

/** Theme and screen reader are the page's, and every session follows. */
function useAppearance(desk: TerminalDesk): void {
  useEffect(() => {
    const recolour = () => {
      for (const session of desk.all) session.recolour();
    };
    const screenReader = () => {
      for (const session of desk.all) session.setScreenReader(preference("terminal-screen-reader") === "on");
    };
    window.addEventListener(THEME_CHANGED, recolour);
    window.addEventListener(SCREEN_READER_CHANGED, screenReader);
    return () => {
      window.removeEventListener(THEME_CHANGED, recolour);
      window.removeEventListener(SCREEN_READER_CHANGED, screenReader);
    };
  }, [desk]);
}
