/**
 * What the runtime says beside its answer. Callers read the `--log` file as a whole, so it holds debug lines when they
 * were asked for and at most one error, nothing else; warnings go to standard error, where a person sees them.
 */

import { appendFileSync } from "node:fs";
import { printError } from "./output.ts";

export class Log {
  readonly #file: string | undefined;
  readonly #json: boolean;
  readonly #debug: boolean;

  constructor(options: { file?: string | undefined; json: boolean; debug: boolean }) {
    this.#file = options.file;
    this.#json = options.json;
    this.#debug = options.debug;
  }

  debug(message: string): void {
    if (this.#debug) this.#write("debug", message);
  }

  warn(message: string): void {
    printError(`glassrun: warning: ${message}\n`);
  }

  /** Once, as the last thing. */
  error(message: string, hint: string | undefined): void {
    if (this.#file !== undefined) this.#write("error", message);
    printError(`glassrun: ${message}\n${hint ? `  hint: ${hint}\n` : ""}`);
  }

  #write(level: string, message: string): void {
    const time = new Date().toISOString();
    const line = this.#json
      ? `${JSON.stringify({ level, msg: message, time })}\n`
      : `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(message)}\n`;
    if (this.#file === undefined) printError(line);
    else appendFileSync(this.#file, line);
  }
}
