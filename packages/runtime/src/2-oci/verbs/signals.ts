/** Passing on signals: in the foreground the runtime stands for the container, so what it is sent is meant for that. */
import { passSignalsTo } from "../../1-kernel/mod.ts";
import { sendSignal } from "./cleanup.ts";

const FORWARDED: readonly NodeJS.Signals[] = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGCONT",
  "SIGWINCH",
];

/** To this process from now on: by the launcher where there is one, else by us. @returns a function that stops it */
export function forwardSignals(pid: number): () => void {
  if (passSignalsTo(pid)) return () => {};
  const forward = (signal: NodeJS.Signals) => sendSignal(pid, signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}
