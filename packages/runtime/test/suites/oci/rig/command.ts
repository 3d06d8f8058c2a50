/**
 * One call of a command line, to its end. Output goes through files and not pipes: a detached container keeps its
 * output open, and with a pipe the call would seem to last as long as the container.
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";

export interface Outcome {
  /** Exit code; 128 + signal number is already the runtime's business, so a runtime killed by a signal is an error. */
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Working directory. */
  cwd: string;
  /** Path prefix of the files for input and output: `PREFIX.in`, `PREFIX.out`, `PREFIX.err`. */
  files: string;
  stdin?: string;
  env?: Record<string, string>;
  /** Files opened for the command as descriptors 3, 4, ... */
  extraFiles?: string[];
}

/** A container on a busy machine starts within a second; a hang has to end some time before the suite's. */
const deadlineMs = 120_000;

/** Every process the suite starts carries this in its environment, so that one left behind is found. */
export const suiteMark = `OCI_SUITE=${process.pid}`;

/** @throws Error when the command cannot be started, does not end in two minutes, or is ended by a signal */
export function runCommand([program = "", ...args]: string[], options: CommandOptions): Outcome {
  const { files } = options;
  writeFileSync(`${files}.in`, options.stdin ?? "");
  const descriptors = [
    openSync(options.stdin === undefined ? "/dev/null" : `${files}.in`, "r"),
    openSync(`${files}.out`, "w"),
    openSync(`${files}.err`, "w"),
    ...(options.extraFiles ?? []).map((path) => openSync(path, "r")),
  ];
  try {
    const [key = "", value = ""] = suiteMark.split("=");
    const ended = spawnSync(program, args, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH ?? "", [key]: value, ...options.env },
      stdio: descriptors,
      timeout: deadlineMs,
      killSignal: "SIGKILL",
    });
    const outcome = { stdout: readFileSync(`${files}.out`, "utf8"), stderr: readFileSync(`${files}.err`, "utf8") };
    const shown = [program, ...args].join(" ");
    if (ended.error) throw new Error(`Cannot run "${shown}": ${ended.error.message}\n${outcome.stderr}`);
    if (ended.status === null) throw new Error(`"${shown}" was ended by ${ended.signal}\n${outcome.stderr}`);
    return { code: ended.status, ...outcome };
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}
