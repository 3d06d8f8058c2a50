/**
 * Has a plan performed by the native program `sysrun` (`native/sysrun.c`) and waits for its first program to end.
 *
 * Who waits for a container? A process can be waited for by its parent alone, and that is sysrun, never this process.
 * So a plan for a detached container simply ends after it has made the container's first process; one for a container in
 * the foreground goes on with `tell` (its pid reaches `onTold`, so that signals can be sent to it), `blockSignals` (so
 * that a Ctrl-C meant for the container does not end sysrun) and `wait4`, whose status word comes back as a result:
 * `exitCodeOf` makes an exit code of it. A killed client takes sysrun with it; the container's own program goes on.
 */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { GlassboxError } from "../../0-base/mod.ts";
import { type ErrnoName, errnoName } from "../abi/errno.ts";
import { nativeProgram } from "../native-program.ts";
import { type EncodeOptions, encodePlan } from "./encode.ts";
import type { Op, Plan } from "./plan.ts";
import { ReportReader, type ReportRecord } from "./report.ts";
import { failureIn, type SyscallError } from "./syscall-error.ts";

/** Results by their names. A call that failed with an allowed error has the errno negated, as the kernel returns it. */
export type Results = Record<string, number>;

/** One call of the plan, as it was made or is about to be. */
export interface CallEvent {
  program: string;
  index: number;
  op: Op;
}

export interface TracedCall extends CallEvent {
  value: number;
  errno: ErrnoName | undefined;
  /** CLOCK_MONOTONIC, in nanoseconds. */
  startNs: bigint;
  endNs: bigint;
}

export interface PerformOptions {
  /** Standard input, output and error of everything the plan runs. @default "inherit" for all three */
  stdio?: [Stdio, Stdio, Stdio];
  /** Called after each call that went well. Asking for it costs two more calls for each. */
  onTrace?: (call: TracedCall) => void;
  /** Called before each call, which is made once the promise resolves. */
  step?: (call: CallEvent) => Promise<void> | void;
  /** Called each time the plan has a `tell`. */
  onTold?: (results: Results) => void;
  /** Ends sysrun at once. What the plan has made so far stays. */
  signal?: AbortSignal;
  /** As `signal`, after this long. @default no limit: a foreground container runs as long as it likes */
  timeoutMs?: number;
  /** Run from a sealed copy in memory (CVE-2019-5736); only plans that enter no container can do without. @default true */
  sealed?: boolean;
  /** @see EncodeOptions */
  failAt?: EncodeOptions["failAt"];
  /** The native program. @default the one built in this checkout */
  sysrun?: string;
  /** Environment of sysrun itself; what the plan executes brings its own. @default empty */
  environment?: NodeJS.ProcessEnv;
}

type Stdio = "inherit" | "ignore" | number;

export interface Outcome {
  /** The results that the first program knew at its end; none when it has executed something instead of ending. */
  results: Results;
  /** How sysrun's process, or what its first program executed, ended: 0 when the program ran to its end. */
  exitCode: number;
}

/** Descriptors in sysrun. The step bytes follow the plan on the same one. */
const PLAN_FD = 3;
const REPORT_FD = 4;

/** Records written before sysrun ended are there already; this only gives the event loop time to hand them over. */
const LAST_RECORDS_MS = 100;

/**
 * @throws SyscallError for the first call that failed; GlassboxError "invalid argument" for a plan that makes no sense,
 *   "cancelled" or "deadline exceeded" as asked, "not found" without sysrun, "internal" when sysrun itself cannot go on
 */
export async function performPlan(plan: Plan, options: PerformOptions = {}): Promise<Outcome> {
  const { block, slots } = encodePlan(plan, { failAt: options.failAt });
  options.signal?.throwIfAborted();
  const child = start(options);
  const [toSysrun, fromSysrun] = [child.stdio[PLAN_FD] as Writable, child.stdio[REPORT_FD] as Readable];
  const report = new Report(plan, slots, options, toSysrun);

  const stop = deadline(options);
  const kill = () => void child.kill("SIGKILL");
  stop.signal?.addEventListener("abort", kill, { once: true });
  try {
    const exit = new Promise<[code: number | null, signal: NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", (cause) => reject(cannotStart(cause)));
      child.once("exit", (code, signal) => resolve([code, signal]));
    });
    const silent = new Promise<void>((resolve) => {
      fromSysrun.on("data", (bytes: Buffer) => report.read(bytes, resolve));
      fromSysrun.once("close", resolve);
      fromSysrun.once("error", () => resolve());
    });
    // When sysrun dies early nobody reads the plan; its end says so better.
    toSysrun.on("error", () => {});
    toSysrun.write(block);

    const [code, signal] = await exit;
    await Promise.race([silent, new Promise((resolve) => setTimeout(resolve, LAST_RECORDS_MS).unref())]);
    if (report.failure) throw report.failure;
    if (stop.signal?.aborted) throw stopped(stop.signal, options);
    if (report.problem) throw report.problem;
    if (signal !== null) throw new GlassboxError("internal", `Cannot finish the plan: sysrun was ended by ${signal}`);
    if (code === UNUSABLE) throw new GlassboxError("internal", "Cannot perform the plan: sysrun could not start on it");
    return { results: report.results, exitCode: code ?? 0 };
  } finally {
    stop.signal?.removeEventListener("abort", kill);
    stop.clear();
    toSysrun.destroy();
    fromSysrun.destroy();
  }
}

/** sysrun's exit code when it could not read the plan; it has said why on standard error. */
const UNUSABLE = 124;

function start(options: PerformOptions): ChildProcess {
  const args = ["--plan", `${PLAN_FD}`, "--report", `${REPORT_FD}`, "--parent", `${process.pid}`];
  if (options.onTrace) args.push("--trace");
  if (options.step) args.push("--step", `${PLAN_FD}`);
  if (options.sealed ?? true) args.push("--sealed");
  const stdio: StdioOptions = [...(options.stdio ?? ["inherit", "inherit", "inherit"]), "pipe", "pipe"];
  return spawn(options.sysrun ?? nativeProgram("sysrun"), args, { stdio, env: options.environment ?? {} });
}

/** Folds the records into results and at most one failure, and calls back on the way. */
class Report {
  readonly #plan: Plan;
  readonly #slots: readonly string[];
  readonly #options: PerformOptions;
  readonly #toSysrun: Writable;
  readonly #reader = new ReportReader();
  results: Results = {};
  /** The first one counts: others follow from it, as when a parent waits for a child that is gone. */
  failure: SyscallError | undefined;
  /** What a callback threw; stepping ends there. */
  problem: unknown;

  constructor(plan: Plan, slots: readonly string[], options: PerformOptions, toSysrun: Writable) {
    this.#plan = plan;
    this.#slots = slots;
    this.#options = options;
    this.#toSysrun = toSysrun;
  }

  read(bytes: Uint8Array, ended: () => void): void {
    for (const record of this.#reader.read(bytes)) {
      if (record.kind === "RESULT") this.#keep(record);
      else if (record.kind === "FAILED") this.failure ??= failureIn(this.#plan, record, this.results);
      else if (record.kind === "ENDED") ended();
      else if (record.kind === "TOLD") this.#options.onTold?.({ ...this.results });
      else if (record.kind === "WAITING") void this.#step(record);
      else this.#trace(record);
    }
  }

  #keep({ op: slot, value }: ReportRecord): void {
    const name = this.#slots[slot];
    if (name !== undefined) this.results[name] = value;
  }

  #trace(record: ReportRecord): void {
    const { value, error, startNs, endNs } = record;
    this.#options.onTrace?.({ ...this.#callOf(record), value, errno: errnoName(error), startNs, endNs });
  }

  async #step(record: ReportRecord): Promise<void> {
    try {
      await this.#options.step?.(this.#callOf(record));
      this.#toSysrun.write("s");
    } catch (problem) {
      // End of file is sysrun's word to stop.
      this.problem ??= problem;
      this.#toSysrun.end();
    }
  }

  #callOf(record: ReportRecord): CallEvent {
    const program = this.#plan.programs[record.program];
    const op = program?.ops[record.op];
    if (!program || !op) throw new GlassboxError("internal", "sysrun reported a call that the plan does not have");
    return { program: program.name, index: record.op, op };
  }
}

/** One signal for both ways of being stopped. */
function deadline({ signal, timeoutMs }: PerformOptions): { signal: AbortSignal | undefined; clear(): void } {
  if (timeoutMs === undefined) return { signal, clear: () => {} };
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const both = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
  return { signal: both, clear: () => clearTimeout(timer) };
}

function stopped(signal: AbortSignal, options: PerformOptions): GlassboxError {
  if (options.signal?.aborted) {
    return new GlassboxError("cancelled", "Cannot finish the plan: it was cancelled", { cause: signal.reason });
  }
  return new GlassboxError("deadline exceeded", `Cannot finish the plan: it took longer than ${options.timeoutMs} ms`);
}

function cannotStart(cause: Error): GlassboxError {
  return new GlassboxError("internal", `Cannot start sysrun: ${cause.message}`, {
    cause,
    hint: "Run node scripts/build.mjs native",
  });
}
