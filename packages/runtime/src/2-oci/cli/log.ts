/**
 * What the runtime says beside its answer. A caller that gives a `--log` file reads it whole after an error and expects
 * that one object (debug lines only when asked for), and has made standard error the container's own. So with a file,
 * warnings wait for the end: they go into the file when all went well, and to standard error beside the error otherwise.
 */

import { appendFileSync } from "node:fs";
import { printError } from "./output.ts";

export class Log {
  readonly #file: string | undefined;
  readonly #json: boolean;
  readonly #debug: boolean;
  /** As many as the configuration has fields that draw one. */
  #held: string[] = [];
  #failed = false;

  constructor(options: { file?: string | undefined; json: boolean; debug: boolean }) {
    this.#file = options.file;
    this.#json = options.json;
    this.#debug = options.debug;
  }

  debug(message: string): void {
    if (this.#debug) this.#write("debug", message);
  }

  warn(message: string): void {
    if (this.#file === undefined || this.#failed) printError(`glassrun: warning: ${message}\n`);
    else this.#held.push(message);
  }

  /** Once; only warnings may follow. */
  error(message: string, hint: string | undefined): void {
    this.#failed = true;
    if (this.#file !== undefined) this.#write("error", message);
    printError(`glassrun: ${message}\n${hint ? `  hint: ${hint}\n` : ""}`);
    for (const warning of this.#held.splice(0)) this.warn(warning);
  }

  /** The command has done what it was asked to. */
  succeeded(): void {
    for (const warning of this.#held.splice(0)) this.#write("warning", warning);
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
