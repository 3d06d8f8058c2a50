/** A page-sized message: nothing to show yet, signed out, agent away, something broke. */
import type { ReactNode } from "react";
import { Mark } from "./Mark.tsx";
import css from "./Notice.module.css";

export function Notice({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <main className={css.notice}>
      <Mark size={54} />
      <h1>{title}</h1>
      <div className={css.text}>{children}</div>
      {actions && <div className={css.actions}>{actions}</div>}
    </main>
  );
}

/** What every page shows when the session's cookie is missing or old. */
export function SignedOut() {
  return (
    <Notice title="Open the printed address again">
      <p>
        This page is a root shell, so only somebody who has the address with its token gets in. Glassbox printed it in
        the terminal where it was started. After a restart it prints a new one.
      </p>
    </Notice>
  );
}
