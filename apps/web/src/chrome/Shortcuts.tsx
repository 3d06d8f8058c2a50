/** The list of keys, opened with `?` from anywhere but where one types. */
"use client";
import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import css from "./dialog.module.css";
import { watchPaneKeys } from "./pane-focus.ts";
import { preference, setPreference } from "./preferences.ts";

const SHOW = "glassbox:shortcuts";
/** Told on window when the choice below changes; open terminals follow. */
export const SCREEN_READER_CHANGED = "glassbox:screen-reader";

const KEYS: [keys: string[], what: string][] = [
  [["F6"], "Next pane: lesson, picture, terminal. Also the way out of the terminal"],
  [["Shift", "F6"], "Previous pane"],
  [["?"], "This list"],
  [["]"], "Next step (in a lab, outside the terminal)"],
  [["["], "Previous step"],
  [["Arrow keys"], "In the picture: move the view. In a row of tabs: another tab. On a divider: resize"],
  [["+", "−", "0"], "In the picture: nearer, farther, fit everything"],
  [["Esc"], "Close details or a dialog; in the file editor, Ctrl+M lets Tab move on"],
  [["Ctrl", "C"], "In the terminal: interrupt the running program"],
];

export function showShortcuts(): void {
  window.dispatchEvent(new Event(SHOW));
}

/** Placed once in the layout; also starts the F6 keys. */
export function Shortcuts() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [screenReader, setScreenReader] = useState(false);
  useEffect(() => {
    setScreenReader(preference("terminal-screen-reader") === "on");
    const open = () => dialog.current?.open || dialog.current?.showModal();
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const typing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
      if (event.key === "?" && !typing && !event.ctrlKey && !event.metaKey) open();
    };
    const stopPaneKeys = watchPaneKeys();
    window.addEventListener(SHOW, open);
    document.addEventListener("keydown", onKey);
    return () => {
      stopPaneKeys();
      window.removeEventListener(SHOW, open);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
  return (
    <dialog ref={dialog} className={css.dialog} aria-labelledby="shortcuts-title">
      <div className={css.head}>
        <h2 id="shortcuts-title">Keys</h2>
        <form method="dialog">
          <button type="submit" className="icon-button" aria-label="Close">
            <X size={17} aria-hidden />
          </button>
        </form>
      </div>
      <dl className={css.keys}>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label className={css.choice}>
        <input
          type="checkbox"
          checked={screenReader}
          onChange={(event) => {
            setScreenReader(event.target.checked);
            setPreference("terminal-screen-reader", event.target.checked ? "on" : "off");
            window.dispatchEvent(new Event(SCREEN_READER_CHANGED));
          }}
        />
        Read terminal output aloud (for screen readers; makes very fast output slower)
      </label>
    </dialog>
  );
}
