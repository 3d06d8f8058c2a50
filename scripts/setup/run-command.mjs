/**
 * Run a program of the set-up: its output goes to a log file, the screen stays readable, and when it fails its last
 * lines are in the message, because that is where compilers and package managers say why.
 */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { logs, root } from "./paths.mjs";
import { Refusal } from "./refusal.mjs";

/** Enough of the end of a log to show the error and what led to it. */
const LAST_LINES = 25;

/** The end of the output that is kept in memory to show those lines; the log file has all of it. */
const KEPT_BYTES = 64 * 1024;

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ log: string, hint: string, cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number,
 *   onLine?: (line: string) => void }} options `log` names the file in build/logs; `hint` is what to do when it fails;
 *   `timeoutMs` is fifteen minutes by default
 * @returns {Promise<string>} the end of what it printed, at most 64 KiB
 * @throws {Refusal} when it cannot start, fails or takes too long
 */
export async function runCommand(command, args, options) {
  const { cwd = root, env = process.env, timeoutMs = 15 * 60_000 } = options;
  mkdirSync(logs, { recursive: true });
  const logFile = path.join(logs, `${options.log}.log`);
  const log = createWriteStream(logFile);
  const shown = [command, ...args].join(" ");
  log.write(`$ ${shown}\n`);
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
  let tail = "";
  const take = (/** @type {Buffer} */ chunk) => {
    log.write(chunk);
    tail = (tail + chunk.toString()).slice(-KEPT_BYTES);
    const line = tail.trimEnd().split("\n").at(-1)?.trim();
    if (line) options.onLine?.(line);
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = await new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(signal ? `it was ended by ${signal}` : code));
  });
  log.end();
  if (ended === 0) return tail;
  const why = typeof ended === "number" ? `exit code ${ended}` : ended;
  const lines = tail.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
  throw new Refusal(`${lines}\n\n"${shown}" failed (${why}); all it printed is in ${logFile}`, options.hint);
}
