/** How a shell's end is told: one sentence a learner understands, from what `waitpid` said. */
import { constants } from "node:os";

/** `signal` is 0 when it ended by itself. "ended with exit code 0", "killed by SIGKILL". */
export function exitReason(exitCode: number, signal: number): string {
  if (signal === 0) return `ended with exit code ${exitCode}`;
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  return `killed by ${name ?? `signal ${signal}`}`;
}
