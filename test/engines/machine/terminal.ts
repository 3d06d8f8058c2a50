/** Commands on a terminal, as a person would give them. */
import { type Ended, endOf } from "./ended.ts";
import type { Machine } from "./machine.ts";

/** Rows and columns of the terminal that `onTerminal` gives. */
export const TERMINAL = "40 100";

const TERMINAL_TIMEOUT_MS = 120_000;

/** script(1) makes the terminal. Nothing is typed there, and its input stays open: the end of it would be typed, too. */
export function onTerminal(machine: Machine, argv: readonly string[]): Promise<Ended> {
  const [rows, columns] = TERMINAL.split(" ");
  const quoted = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const command = `stty rows ${rows} cols ${columns}; ${quoted}`;
  const script = machine.start(["script", "--quiet", "--return", "--command", command, "/dev/null"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  return endOf(script, TERMINAL_TIMEOUT_MS);
}
