/** How a command ended and what it said. */
import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";

export interface Ended {
  /** 128 and the signal's number where a signal ended it, as shells count. */
  code: number;
  out: string;
  err: string;
}

/** A detached child may keep the command's output open for as long as it lives; what it says then is not waited for. */
const LAST_WORDS_MS = 1000;

/**
 * Waits for a command that has been started, reading what it says.
 * @param timeoutMs then it is killed, and what it said ends with a line on that; none: waits for as long as it takes
 */
export function endOf(child: ChildProcess, timeoutMs?: number): Promise<Ended> {
  const said = { out: "", err: "" };
  child.stdout?.on("data", (bytes: Buffer) => {
    said.out += bytes.toString();
  });
  child.stderr?.on("data", (bytes: Buffer) => {
    said.err += bytes.toString();
  });
  // Input for a command that does not want it.
  child.stdin?.on("error", () => {});
  return new Promise((resolve, reject) => {
    const killing = timeoutMs && setTimeout(() => kill(), timeoutMs);
    const kill = () => {
      said.err += `\nIt was killed: it had not ended after ${timeoutMs} ms\n`;
      child.kill("SIGKILL");
    };
    const ended = (code: number | null, signal: NodeJS.Signals | null) => {
      if (killing) clearTimeout(killing);
      resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), ...said });
    };
    child.once("error", reject);
    child.once("close", ended);
    // By way of the event loop's next look at what can be read: after a pause of ours the words may be there unread.
    const later = (code: number | null, signal: NodeJS.Signals | null) => setImmediate(ended, code, signal);
    child.once("exit", (code, signal) => setTimeout(later, LAST_WORDS_MS, code, signal).unref());
    if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
  });
}
