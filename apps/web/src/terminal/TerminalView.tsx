/** One terminal's screen. xterm is given an element and left alone; React only shows, hides and sizes it. */
import type { TerminalInfo } from "@glassbox/protocol";
import { useEffect, useRef, useSyncExternalStore } from "react";
import "@xterm/xterm/css/xterm.css";
import { useMayWork } from "../connection/may-work.ts";
import css from "./TerminalPane.module.css";
import type { TerminalSession } from "./terminal-session.ts";

export interface TerminalViewProps {
  session: TerminalSession;
  terminal: TerminalInfo;
  hidden: boolean;
  /** Start a new shell under the same name. */
  onAgain(): void;
}

export function TerminalView({ session, terminal, hidden, onAgain }: TerminalViewProps) {
  const screen = useRef<HTMLDivElement>(null);
  const mayWork = useMayWork();
  const state = useSyncExternalStore(session.subscribe, session.getState, session.getState);
  useEffect(() => {
    const element = screen.current;
    if (!element) return;
    session.mount(element);
    const observer = new ResizeObserver(() => session.fit());
    observer.observe(element);
    return () => observer.disconnect();
  }, [session]);
  useEffect(() => {
    if (!hidden) session.fit();
  }, [hidden, session]);
  const ended = state.ended ?? terminal.ended;
  return (
    <section
      id={`screen-${terminal.id}`}
      role="tabpanel"
      aria-labelledby={`tab-${terminal.id}`}
      hidden={hidden}
      className={css.view}
    >
      <div ref={screen} className={css.screen} />
      {state.status === "waiting" && !ended && (
        <p className={css.overlay}>Connection lost. Trying to reach the shell again.</p>
      )}
      {state.refused && <p className={css.overlay}>{state.refused}</p>}
      {ended && (
        <p className={css.overlay} role="status">
          <span>The shell {ended}.</span>
          {mayWork && (
            <button type="button" className="button small" onClick={onAgain}>
              Start a new one
            </button>
          )}
        </p>
      )}
    </section>
  );
}
