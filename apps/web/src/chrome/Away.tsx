/** Below the bar of every page while the agent is gone: that what is shown is old, and what to do. */
"use client";
import { useEffect, useRef, useState } from "react";
import { useLive } from "../connection/use-live.ts";
import css from "./Header.module.css";

/** A reload of the agent, or a laptop that wakes, is over sooner, and nobody has to do anything. */
const PATIENCE_MS = 2_000;

export function Away() {
  const status = useLive((live) => live.status);
  const [away, setAway] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (status === "open" || status === "signed-out") {
      clearTimeout(timer.current);
      timer.current = undefined;
      setAway(false);
    } else if (status === "waiting") {
      // Each attempt to connect ends in waiting again: the time counts from the first.
      timer.current ??= setTimeout(() => setAway(true), PATIENCE_MS);
    }
  }, [status]);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (!away) return null;
  return (
    <p className={css.away} role="alert">
      <strong>Glassbox does not answer.</strong> What you see is how things last were. Look at the terminal where you
      started it: if <code>npm start</code> has ended there, start it again and open the address that it prints.
    </p>
  );
}
