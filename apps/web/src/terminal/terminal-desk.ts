/**
 * All terminal sessions of this page, by the agent's id, and which tab is in front. The lesson's Run buttons find their
 * terminal here by name; the pane shows them as tabs.
 */
import type { TerminalInfo } from "@glassbox/protocol";
import { paneKeys } from "../chrome/pane-focus.ts";
import { preference } from "../chrome/preferences.ts";
import { api } from "../connection/api.ts";
import { probe } from "../connection/paint-clock.ts";
import { TerminalSession } from "./terminal-session.ts";

/** The terminal that every lab starts with. */
export const FIRST_TERMINAL = "main";
const DEFAULT_SIZE = { columns: 100, rows: 24 };

export class TerminalDesk {
  #sessions = new Map<string, TerminalSession>();
  #infos: readonly TerminalInfo[] = [];
  #opening = new Map<string, Promise<TerminalInfo>>();
  #front: string | undefined;
  #listeners = new Set<() => void>();
  #snapshot: { front: string | undefined } = { front: undefined };
  readonly lab: string;

  constructor(lab: string) {
    this.lab = lab;
    probe().terminalText = (name) => {
      const info = this.#infos.find((each) => each.name === name);
      return info && this.#sessions.get(info.id)?.text();
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly getState = () => this.#snapshot;

  /** The agent's list of this lab's terminals. Sessions of terminals that are gone are closed. */
  take(infos: readonly TerminalInfo[]): void {
    this.#infos = infos;
    const ids = new Set(infos.map((info) => info.id));
    for (const [id, session] of this.#sessions) {
      if (ids.has(id)) continue;
      session.dispose();
      this.#sessions.delete(id);
    }
    if (!this.#front || !ids.has(this.#front)) this.bringToFront(infos[0]?.id);
  }

  session(id: string): TerminalSession {
    const known = this.#sessions.get(id);
    if (known) return known;
    const screenReader = preference("terminal-screen-reader") === "on";
    const session = new TerminalSession(id, { screenReader, onPaneKey: (event) => paneKeys.has(event.key) });
    this.#sessions.set(id, session);
    return session;
  }

  get all(): IterableIterator<TerminalSession> {
    return this.#sessions.values();
  }

  bringToFront(id: string | undefined): void {
    if (this.#front === id) return;
    this.#front = id;
    this.#snapshot = { front: id };
    for (const listener of this.#listeners) listener();
  }

  /** The terminal of this name, started when there is none, in front. */
  async open(name: string): Promise<TerminalSession> {
    let info = this.#infos.find((each) => each.name === name && each.ended === undefined);
    if (!info) {
      const opening = this.#opening.get(name) ?? api.newTerminal({ lab: this.lab, name, ...DEFAULT_SIZE });
      this.#opening.set(name, opening);
      try {
        info = await opening;
      } finally {
        this.#opening.delete(name);
      }
      const opened = info;
      if (!this.#infos.some((each) => each.id === opened.id)) this.#infos = [...this.#infos, opened];
    }
    this.bringToFront(info.id);
    return this.session(info.id);
  }

  /** Types a command into the named terminal. */
  async run(command: string, name: string): Promise<void> {
    const session = await this.open(name);
    await session.type(command);
    session.focus();
  }

  async interrupt(name: string): Promise<void> {
    (await this.open(name)).interrupt();
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }
}
