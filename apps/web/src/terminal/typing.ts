/**
 * Types a command as a person would: character by character, fast enough not to bore, slow enough to be seen. What
 * reaches the shell is exactly what the same keys would have sent.
 */

/** Longest time typing one line may take, in milliseconds. */
const LINE_MAX_MS = 420;
const KEY_MS = 14;

export interface TypingOptions {
  send(data: string): void;
  wait(ms: number): Promise<void>;
  /** Sends whole lines at once: for people who asked for less motion. */
  atOnce: boolean;
}

/** Types each line of `command` followed by Enter. Empty lines at the ends are left out. */
export async function typeCommand(command: string, options: TypingOptions): Promise<void> {
  for (const line of command.replace(/^\n+|\n+$/g, "").split("\n")) {
    const keys = [...line];
    const perKeystroke = options.atOnce
      ? Math.max(1, keys.length)
      : Math.max(1, Math.ceil((keys.length * KEY_MS) / LINE_MAX_MS));
    for (let index = 0; index < keys.length; index += perKeystroke) {
      options.send(keys.slice(index, index + perKeystroke).join(""));
      if (!options.atOnce) await options.wait(KEY_MS);
    }
    options.send("\r");
  }
}
