/** Says whether what is on screen is live. */

import type { SocketStatus } from "../connection/reconnecting-socket.ts";
import { liveStore } from "../connection/use-live.ts";
import css from "./Header.module.css";

const WORDS: Record<SocketStatus, string> = {
  open: "Live",
  connecting: "Connecting",
  waiting: "Glassbox not reached",
  "signed-out": "Signed out",
  closed: "Connecting",
};

export function ConnectionStatus({ status }: { status: SocketStatus }) {
  const troubled = status === "waiting" || status === "signed-out";
  return (
    <span role="status" className={`${css.status} ${status === "open" ? css.open : ""} ${troubled ? css.waiting : ""}`}>
      <span className={css.dot} aria-hidden />
      {WORDS[status]}
      {status === "waiting" && (
        <button type="button" onClick={() => liveStore().retry()}>
          Try now
        </button>
      )}
    </span>
  );
}
