/**
 * Run a program of the set-up: its output goes to a log file, the screen stays readable, and when it fails the
 * lines that say why are in the message.
 */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { logs, root } from "./paths.mjs";
import { Refusal } from "./refusal.mjs";

/** Compilers and npm say first what is wrong and then much more; others end with it. */
const FIRST_ERROR_LINES = 8;
const LAST_LINES = 12;

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
  // Ended while it runs, by Ctrl-C or from outside: take it along.
  const stop = () => {
    child.kill("SIGTERM");
    process.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, stop);
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
  for (const signal of signals) process.off(signal, stop);
  log.end();
  if (ended === 0) return tail;
  const why = typeof ended === "number" ? `exit code ${ended}` : ended;
  throw new Refusal(
    `${tellingLines(tail)}\n\n"${shown}" failed (${why}); all it printed is in ${logFile}`,
    options.hint,
  );
}

/** @param {string} text what a failed command printed @returns {string} its first errors and its end */
export function tellingLines(text) {
  const lines = text.trimEnd().split("\n");
  const first = lines.findIndex((line) => /\berror\b/i.test(line));
  const endStart = Math.max(0, lines.length - LAST_LINES);
  if (first === -1 || first >= endStart) return lines.slice(endStart).join("\n");
  const errorEnd = Math.min(first + FIRST_ERROR_LINES, endStart);
  const gap = errorEnd < endStart ? ["..."] : [];
  return [...lines.slice(first, errorEnd), ...gap, ...lines.slice(endStart)].join("\n");
}
