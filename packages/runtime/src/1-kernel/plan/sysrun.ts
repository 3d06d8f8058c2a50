/**
 * Has a plan performed by the native program `sysrun` (`native/sysrun`) and waits for its first program to end.
 *
 * Who waits for a container? A process can be waited for by its parent alone, and that is sysrun, never this process.
 * So a plan for a detached container simply ends after it has made the container's first process; one for a container in
 * the foreground goes on with `tell` (its pid reaches `onTold`, so that signals can be sent to it), `blockSignals` (so
 * that a Ctrl-C meant for the container does not end sysrun) and `wait4`, whose status word comes back as a result:
 * `exitCodeOf` makes an exit code of it. A killed client takes sysrun with it; the container's own program goes on.
 */
import { GlassboxError, messageOf } from "../../0-base/mod.ts";
import { type ErrnoName, errnoName } from "../abi/errno.ts";
import { nativeProgram } from "../native-program.ts";
import { type EncodeOptions, encodePlan } from "./encode.ts";
import { takeSysrun, type WaitingSysrun } from "./launcher.ts";
import type { Op, Plan } from "./plan.ts";
import { ReportReader, type ReportRecord } from "./report.ts";
import { startSysrun } from "./start-sysrun.ts";
import { failureIn, type SyscallError } from "./syscall-error.ts";
import { FIRST_FD, type Start, type Stdio, type Sysrun } from "./sysrun-process.ts";

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
  /** Descriptors of this process that sysrun has too, numbered from 3 on. @default none */
  descriptors?: readonly number[];
  /** Called after each call that went well. Asking for it costs two more calls for each. */
  onTrace?: (call: TracedCall) => void;
  /** Called before each call, which is made once the promise resolves. */
  step?: (call: CallEvent) => Promise<void> | void;
  /** Called each time the plan has a `tell`. If it returns "leave", the launcher's sysrun goes on with nobody listening. */
  onTold?: (results: Results) => unknown;
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

export interface Outcome {
  /** The results that the first program knew at its end; none when it has executed something instead of ending. */
  results: Results;
  /** How sysrun's process, or what its first program executed, ended: 0 when the program ran to its end. */
  exitCode: number;
}

/**
 * @throws SyscallError for the first call that failed; GlassboxError "invalid argument" for a plan that makes no sense,
 *   "cancelled" or "deadline exceeded" as asked, "not found" without sysrun, "internal" when sysrun itself cannot go on
 */
export async function performPlan(plan: Plan, options: PerformOptions = {}): Promise<Outcome> {
  const { block, slots } = encodePlan(plan, { failAt: options.failAt });
  options.signal?.throwIfAborted();
  const report = new Report(plan, slots, options);
  const waiting = canWait(options) ? takeSysrun() : undefined;
  if (waiting) return performByLauncher(waiting, plan, block, report);
  const sysrun = await startSysrun(startOf(options, report)).catch(cannotStart);
  const stop = deadline(options);
  stop.signal?.addEventListener("abort", sysrun.kill, { once: true });
  if (stop.signal?.aborted) sysrun.kill();
  try {
    report.sysrun = sysrun;
    sysrun.send(block);
    const exit = await sysrun.exit.catch(cannotStart);
    await sysrun.drain(() => report.ended);
    if (report.failure) throw report.failure;
    if (stop.signal?.aborted) throw stopped(stop.signal, options);
    if (report.problem) throw report.problem;
    if (typeof exit === "string") throw new GlassboxError("internal", `Cannot finish the plan: ${exit} ended sysrun`);
    return { results: report.results, exitCode: exit };
  } finally {
    stop.signal?.removeEventListener("abort", sysrun.kill);
    stop.clear();
    sysrun.close();
  }
}

/** A sysrun that waits already can be neither stopped nor stepped, and has the launcher's standard streams. */
function canWait({ signal, timeoutMs, step, onTrace, stdio, sysrun, environment }: PerformOptions): boolean {
  return ![signal, timeoutMs, step, onTrace, stdio, sysrun, environment].some((option) => option !== undefined);
}

function performByLauncher(sysrun: WaitingSysrun, plan: Plan, block: Uint8Array, report: Report): Outcome {
  const outlives = plan.programs[0]?.ops.some(({ call }) => call === "outlive") ?? false;
  sysrun.send(block);
  sysrun.listen(
    (bytes) => report.read(bytes),
    // A plan that outlives us waits until we have left, after a failure too. After a problem of ours nobody goes on
    // with it: the launcher ends sysrun when we end.
    () => report.ended || report.left || report.problem !== undefined || (report.failure !== undefined && outlives),
  );
  if (report.failure) throw report.failure;
  if (report.problem) throw report.problem;
  if (!report.ended && !report.left) throw new GlassboxError("internal", "Cannot finish the plan: sysrun has ended");
  return { results: report.results, exitCode: 0 };
}

function startOf(options: PerformOptions, report: Report): Start {
  const descriptors = options.descriptors ?? [];
  const plan = FIRST_FD + descriptors.length;
  const args = ["--plan", `${plan}`, "--report", `${plan + 1}`, "--parent", `${process.pid}`];
  if (options.onTrace) args.push("--trace");
  if (options.step) args.push("--step", `${plan}`);
  if (options.sealed ?? true) args.push("--sealed");
  return {
    program: options.sysrun ?? nativeProgram("sysrun"),
    args,
    stdio: options.stdio ?? ["inherit", "inherit", "inherit"],
    descriptors,
    environment: options.environment ?? {},
    live: options.onTrace !== undefined || options.step !== undefined,
    onReport: (bytes) => report.read(bytes),
    expectsNews: () => report.expectsTell,
  };
}

const STEP = new Uint8Array(1);

/** Folds the records into results and at most one failure, and calls back on the way. */
class Report {
  readonly #plan: Plan;
  readonly #slots: readonly string[];
  readonly #options: PerformOptions;
  readonly #reader = new ReportReader();
  #tellsToCome: number;
  results: Results = {};
  /** The first one counts: others follow from it, as when a parent waits for a child that is gone. */
  failure: SyscallError | undefined;
  /** What a callback threw; the plan ends there. */
  problem: unknown;
  /** The first program is through. */
  ended = false;
  /** Nobody listens any more. */
  left = false;
  /** Where steps go; known once it has started. */
  sysrun: Sysrun | undefined;

  constructor(plan: Plan, slots: readonly string[], options: PerformOptions) {
    this.#plan = plan;
    this.#slots = slots;
    this.#options = options;
    const calls = plan.programs.flatMap((program) => program.ops);
    this.#tellsToCome = options.onTold ? calls.filter(({ call }) => call === "tell").length : 0;
  }

  get expectsTell(): boolean {
    return this.#tellsToCome > 0;
  }

  read(bytes: Uint8Array): void {
    try {
      for (const record of this.#reader.read(bytes)) this.#take(record);
    } catch (problem) {
      this.problem ??= problem;
      this.sysrun?.kill();
    }
  }

  #take(record: ReportRecord): void {
    if (record.kind === "RESULT") this.#keep(record);
    else if (record.kind === "FAILED") this.failure ??= failureIn(this.#plan, record, this.results);
    else if (record.kind === "ENDED") this.ended = true;
    else if (record.kind === "UNUSABLE") this.problem = unusable(record);
    else if (record.kind === "TOLD") this.#tell();
    else if (record.kind === "WAITING") void this.#step(record);
    else this.#trace(record);
  }

  #keep({ op: slot, value }: ReportRecord): void {
    const name = this.#slots[slot];
    if (name !== undefined) this.results[name] = value;
  }

  #tell(): void {
    this.#tellsToCome--;
    if (this.failure) {
      // Only the echo of a program that went on for a moment: it may wait for an answer to this, and none will come.
      this.sysrun?.kill();
      return;
    }
    this.left = this.#options.onTold?.({ ...this.results }) === "leave";
  }

  #trace(record: ReportRecord): void {
    const { value, error, startNs, endNs } = record;
    this.#options.onTrace?.({ ...this.#callOf(record), value, errno: errnoName(error), startNs, endNs });
  }

  async #step(record: ReportRecord): Promise<void> {
    try {
      await this.#options.step?.(this.#callOf(record));
      this.sysrun?.send(STEP);
    } catch (problem) {
      // End of file is sysrun's word to stop.
      this.problem ??= problem;
      this.sysrun?.finish();
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

/** It has said on standard error what it could not do. */
function unusable({ error }: ReportRecord): GlassboxError {
  const reason = errnoName(error) ?? "it could not read it";
  return new GlassboxError("internal", `Cannot perform the plan: sysrun could not start on it (${reason})`, {
    hint: "See whether /proc is mounted, and whether sysrun was built from this checkout: node scripts/build.mjs native",
  });
}

function cannotStart(cause: unknown): never {
  throw new GlassboxError("internal", `Cannot start sysrun: ${messageOf(cause)}`, {
    cause,
    hint: "Run node scripts/build.mjs native",
  });
}
