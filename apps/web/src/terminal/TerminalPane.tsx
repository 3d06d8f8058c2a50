/** The terminals of a lab as tabs. Tabs follow the keyboard pattern for tab lists: arrows move, F2 renames. */
"use client";
import type { TerminalInfo } from "@glassbox/protocol";
import { OctagonX, Plus, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useState, useSyncExternalStore } from "react";
import { preference } from "../chrome/preferences.ts";
import { SCREEN_READER_CHANGED } from "../chrome/Shortcuts.tsx";
import { THEME_CHANGED } from "../chrome/theme.ts";
import { api, RequestError } from "../connection/api.ts";
import { ONLY_LOOKING, useMayWork } from "../connection/may-work.ts";
import css from "./TerminalPane.module.css";
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
  const [renaming, setRenaming] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const mayWork = useMayWork();
  useEffect(() => {
    desk.take(terminals);
    for (const { id } of terminals) desk.session(id).setLooking(!mayWork);
  }, [desk, terminals, mayWork]);
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

  const onTabKey = (event: KeyboardEvent, index: number) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "F2" && mayWork) setRenaming(terminals[index]?.id);
    else if (move) {
      const next = terminals[(index + move + terminals.length) % terminals.length];
      desk.bringToFront(next?.id);
      document.getElementById(`tab-${next?.id}`)?.focus();
    } else return;
    event.preventDefault();
  };

  return (
    <div className={css.pane}>
      <div className={css.bar}>
        <div role="tablist" aria-label="Terminals" className={css.tabs}>
          {terminals.map((terminal, index) => (
            <Tab
              key={terminal.id}
              terminal={terminal}
              selected={terminal.id === front}
              renaming={renaming === terminal.id}
              onSelect={() => {
                desk.bringToFront(terminal.id);
                desk.session(terminal.id).focus();
              }}
              onKey={(event) => onTabKey(event, index)}
              onRename={() => setRenaming(terminal.id)}
              onRenamed={(name) => {
                setRenaming(undefined);
                if (name) void attempt(() => api.renameTerminal(terminal.id, name));
              }}
              onClose={() => void attempt(() => api.closeTerminal(terminal.id))}
            />
          ))}
        </div>
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

interface TabProps {
  terminal: TerminalInfo;
  selected: boolean;
  renaming: boolean;
  onSelect(): void;
  onKey(event: KeyboardEvent): void;
  onRename(): void;
  /** Over; with the new name, or without one when there is none. */
  onRenamed(name?: string): void;
  onClose(): void;
}

function Tab({ terminal, selected, renaming, onSelect, onKey, onRename, onRenamed, onClose }: TabProps) {
  const { name } = terminal;
  const mayWork = useMayWork();
  const rename = (to: string) => {
    const wanted = to.trim();
    onRenamed(wanted !== "" && wanted !== name ? wanted : undefined);
  };
  return (
    <div className={`${css.tab} ${selected ? css.selected : ""} ${terminal.ended ? css.ended : ""}`}>
      {renaming ? (
        <input
          // biome-ignore lint/a11y/noAutofocus: renaming was asked for just now
          autoFocus
          className={css.rename}
          aria-label={`New name for terminal ${name}`}
          defaultValue={name}
          maxLength={32}
          onBlur={(event) => rename(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") rename(event.currentTarget.value);
            if (event.key === "Escape") onRenamed();
          }}
        />
      ) : (
        <button
          type="button"
          role="tab"
          id={`tab-${terminal.id}`}
          aria-selected={selected}
          aria-controls={`screen-${terminal.id}`}
          tabIndex={selected ? 0 : -1}
          title={mayWork ? "Double-click or F2 to rename" : undefined}
          onClick={onSelect}
          onDoubleClick={mayWork ? onRename : undefined}
          onKeyDown={onKey}
        >
          {name}
        </button>
      )}
      {mayWork && (
        <button
          type="button"
          className={css.close}
          aria-label={`Close terminal ${name}`}
          title="Close: ends the shell"
          onClick={onClose}
        >
          <X size={13} aria-hidden />
        </button>
      )}
    </div>
  );
}
