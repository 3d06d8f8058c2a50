/**
 * What is known of a plan while it is performed: the records that sysrun reports, folded into results and at most one
 * failure. Callers are told on the way. `sysrun.ts` starts sysrun and decides what its end means.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { type ErrnoName, errnoName } from "../abi/errno.ts";
import type { Op, Plan } from "./plan.ts";
import { ReportReader, type ReportRecord } from "./report.ts";
import { failureIn, type SyscallError } from "./syscall-error.ts";
import type { Sysrun } from "./sysrun-process.ts";

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

/** Who is told of what while a plan is performed. */
export interface Listeners {
  /** Called after each call that went well. Asking for it costs two more calls for each. */
  onTrace?: (call: TracedCall) => void;
  /** Called before each call, which is made once the promise resolves. */
  step?: (call: CallEvent) => Promise<void> | void;
  /** Called each time the plan has a `tell`. If it returns "leave", the launcher's sysrun goes on with nobody listening. */
  onTold?: (results: Results) => unknown;
}

const STEP = new Uint8Array(1);

/** Of one plan. What it has to say is read once, at the end; `read` never throws. */
export class Progress {
  readonly #plan: Plan;
  readonly #slots: readonly string[];
  readonly #listeners: Listeners;
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

  constructor(plan: Plan, slots: readonly string[], listeners: Listeners) {
    this.#plan = plan;
    this.#slots = slots;
    this.#listeners = listeners;
    const calls = plan.programs.flatMap((program) => program.ops);
    this.#tellsToCome = listeners.onTold ? calls.filter(({ call }) => call === "tell").length : 0;
  }

  /** Whether somebody waits for a `tell` that has not come yet. */
  get expectsTell(): boolean {
    return this.#tellsToCome > 0;
  }

  /** What sysrun has written, in pieces of any size. */
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
    this.left = this.#listeners.onTold?.({ ...this.results }) === "leave";
  }

  #trace(record: ReportRecord): void {
    const { value, error, startNs, endNs } = record;
    this.#listeners.onTrace?.({ ...this.#callOf(record), value, errno: errnoName(error), startNs, endNs });
  }

  async #step(record: ReportRecord): Promise<void> {
    try {
      await this.#listeners.step?.(this.#callOf(record));
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

/** It has said on standard error what it could not do. */
function unusable({ error }: ReportRecord): GlassboxError {
  const reason = errnoName(error) ?? "it could not read it";
  return new GlassboxError("internal", `Cannot perform the plan: sysrun could not start on it (${reason})`, {
    hint: "See whether /proc is mounted, and whether sysrun was built from this checkout: node scripts/build.mjs native",
  });
}
