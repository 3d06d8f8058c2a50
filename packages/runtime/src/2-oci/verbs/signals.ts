/** Passing on signals: in the foreground the runtime stands for the container, so what it is sent is meant for that. */
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

/** @returns a function that stops forwarding */
export function forwardSignals(pid: () => number | undefined): () => void {
  const forward = (signal: NodeJS.Signals) => {
    const target = pid();
    if (target) sendSignal(target, signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}
