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
import { nativeProgram } from "../native-program.ts";
import { type EncodeOptions, encodePlan, NO_MORE, PlanEncoder } from "./encode.ts";
import { takeSysrun, type WaitingSysrun } from "./launcher.ts";
import type { Plan } from "./plan.ts";
import { type Listeners, Progress, type Results } from "./progress.ts";
import { startSysrun } from "./start-sysrun.ts";
import { FIRST_FD, type Start, type Stdio } from "./sysrun-process.ts";

export interface PerformOptions extends Listeners {
  /** Standard input, output and error of everything the plan runs. @default "inherit" for all three */
  stdio?: [Stdio, Stdio, Stdio];
  /** Descriptors of this process that sysrun has too, numbered from 3 on. @default none */
  descriptors?: readonly number[];
  /** Ends sysrun at once. What the plan has made so far stays. */
  signal?: AbortSignal;
  /** As `signal`, after this long. @default no limit: a foreground container runs as long as it likes */
  timeoutMs?: number;
  /** Run from a sealed copy in memory (CVE-2019-5736); only plans that enter no container can do without. @default true */
  sealed?: boolean;
  /** The plan waits for what `onTold` does, and nothing may be kept back from it by then. @default false */
  awaited?: boolean;
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
  const waiting = canWait(options) ? takeSysrun() : undefined;
  if (waiting) return performByLauncher(waiting, plan, options);
  const { block, slots } = encodePlan(plan, { failAt: options.failAt });
  options.signal?.throwIfAborted();
  const progress = new Progress(plan, slots, options);
  const sysrun = await startSysrun(startOf(options, progress)).catch(cannotStart);
  const stop = deadline(options);
  stop.signal?.addEventListener("abort", sysrun.kill, { once: true });
  if (stop.signal?.aborted) sysrun.kill();
  try {
    progress.sysrun = sysrun;
    sysrun.send(block);
    const exit = await sysrun.exit.catch(cannotStart);
    await sysrun.drain(() => progress.ended);
    if (progress.failure) throw progress.failure;
    if (stop.signal?.aborted) throw stopped(stop.signal, options);
    if (progress.problem) throw progress.problem;
    if (typeof exit === "string") throw new GlassboxError("internal", `Cannot finish the plan: ${exit} ended sysrun`);
    return { results: progress.results, exitCode: exit };
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

function performByLauncher(sysrun: WaitingSysrun, plan: Plan, options: PerformOptions): Outcome {
  const encoder = new PlanEncoder(plan, { failAt: options.failAt });
  const outlives = plan.programs[0]?.ops.some(({ call }) => call === "outlive") ?? false;
  const wrong = sendAll(sysrun, options.awaited ? [encoder.whole()] : encoder.inPieces());
  // Nobody is told of a container that will not be.
  const progress = new Progress(plan, encoder.slots, wrong ? {} : options);
  sysrun.listen(
    (bytes) => progress.read(bytes),
    // A plan that outlives us waits until we have left, after a failure too. After a problem of ours nobody goes on
    // with it: the launcher ends sysrun when we end.
    () =>
      progress.ended || progress.left || progress.problem !== undefined || (progress.failure !== undefined && outlives),
  );
  if (wrong) throw wrong;
  if (progress.failure) throw progress.failure;
  if (progress.problem) throw progress.problem;
  if (!progress.ended && !progress.left)
    throw new GlassboxError("internal", "Cannot finish the plan: sysrun has ended");
  return { results: progress.results, exitCode: 0 };
}

/**
 * sysrun begins with the first block while the next is made. All has been planned by now: what can still be wrong is
 * that a plan is too large, or a fault of ours.
 *
 * @returns what is wrong with a later block; the process that waits for it is told that there is none, and ends
 */
function sendAll(sysrun: WaitingSysrun, blocks: Iterable<Uint8Array>): unknown {
  let begun = false;
  try {
    for (const block of blocks) {
      sysrun.send(block);
      begun = true;
    }
  } catch (wrong) {
    if (!begun) throw wrong;
    sysrun.send(NO_MORE);
    return wrong;
  }
  return undefined;
}

function startOf(options: PerformOptions, progress: Progress): Start {
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
    onReport: (bytes) => progress.read(bytes),
    expectsNews: () => progress.expectsTell,
  };
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

function cannotStart(cause: unknown): never {
  throw new GlassboxError("internal", `Cannot start sysrun: ${messageOf(cause)}`, {
    cause,
    hint: "Run node scripts/build.mjs native",
  });
}
