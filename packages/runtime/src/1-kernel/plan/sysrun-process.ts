/**
 * A running sysrun as its client sees it, whichever way it was started: `start-sysrun.ts` chooses. On one descriptor it
 * reads the plan (and then a byte a step), on another it writes records.
 */

export type Stdio = "inherit" | "ignore" | number;

export interface Start {
  program: string;
  args: string[];
  stdio: [Stdio, Stdio, Stdio];
  /** Descriptors of ours that sysrun has from 3 on; after them come the one for the plan and the one for its report. */
  descriptors: readonly number[];
  environment: NodeJS.ProcessEnv;
  /** Called with what sysrun has written, as it comes. */
  onReport(bytes: Uint8Array): void;
  /** Whether every record matters at once, as in tracing and stepping. */
  live: boolean;
  /** Whether any record matters before the end. Asked again and again. */
  expectsNews(): boolean;
}

export interface Sysrun {
  /** Send bytes. A sysrun that has died cannot read them; its end says so better than an error here. */
  send(bytes: Uint8Array): void;
  /** No more bytes will come: sysrun stops before its next step. */
  finish(): void;
  kill(): void;
  /** Its exit code, or the name of the signal that ended it. Rejects when it could not be started. */
  exit: Promise<number | string>;
  /** After its end: hand over what it has still reported, until that is `enough` or all. */
  drain(enough: () => boolean): Promise<void>;
  /** Let go of both descriptors. */
  close(): void;
}

/** The first descriptor after the standard streams. */
export const FIRST_FD = 3;
/** Where sysrun keeps its own while a plan runs (OUR_LOWEST_FD): the report, and with stepping one more. */
export const OWN_FDS = { first: 200, last: 201 };
