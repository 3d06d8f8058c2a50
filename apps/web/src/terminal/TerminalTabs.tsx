/** The tabs of a lab's terminals. They follow the keyboard pattern for tab lists: arrows move, F2 renames. */
import type { TerminalInfo } from "@glassbox/protocol";
import { X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useMayWork } from "../connection/may-work.ts";
import css from "./TerminalPane.module.css";
import type { TerminalDesk } from "./terminal-desk.ts";

export interface TerminalTabsProps {
  desk: TerminalDesk;
  terminals: readonly TerminalInfo[];
  /** Id of the one in front. */
  front: string | undefined;
  onRenamed(id: string, name: string): void;
  onClose(id: string): void;
}

export function TerminalTabs({ desk, terminals, front, onRenamed, onClose }: TerminalTabsProps) {
  const [renaming, setRenaming] = useState<string>();
  const mayWork = useMayWork();

  const onKey = (event: KeyboardEvent, index: number) => {
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
          onKey={(event) => onKey(event, index)}
          onRename={() => setRenaming(terminal.id)}
          onRenamed={(name) => {
            setRenaming(undefined);
            if (name) onRenamed(terminal.id, name);
          }}
          onClose={() => onClose(terminal.id)}
        />
      ))}
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
