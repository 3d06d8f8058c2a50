/** Asks before something that cannot be undone. The safe answer has the focus. */
import { useEffect, useRef } from "react";
import css from "./dialog.module.css";

export interface ConfirmProps {
  title: string;
  text: string;
  /** What the button that does it says: the deed, not "OK". */
  deed: string;
  onConfirm(): void;
  onClose(): void;
}

export function Confirm({ title, text, deed, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className={css.dialog} aria-labelledby="confirm-title" onClose={onClose}>
      <div className={css.head}>
        <h2 id="confirm-title">{title}</h2>
      </div>
      <p className={css.text}>{text}</p>
      <div className={css.actions}>
        {/* biome-ignore lint/a11y/noAutofocus: in a dialog the safe answer is where the focus belongs */}
        <button type="button" className="button" autoFocus onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => {
            onConfirm();
            dialog.current?.close();
          }}
        >
          {deed}
        </button>
      </div>
    </dialog>
  );
}
