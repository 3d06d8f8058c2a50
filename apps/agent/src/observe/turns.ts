/**
 * When what is pending is read: at once when a learner did it or somebody waits to see it, and otherwise seldom enough
 * that the machine's own doings cost next to nothing. What comes within a few milliseconds shares a turn. What a turn
 * does is the observer's.
 */
import { setTimeout as pause } from "node:timers/promises";
import { GlassboxError } from "@glassbox/runtime/base";
import { nothingPending, type Pending } from "./pending.ts";

/** Wait after the first event for those that belong to it: a shell's fork, exec and exit come as three. */
const GATHER_MS = 4;
/** The longest wait under load; below it, reading takes at most a third of the time. */
const GATHER_MAX_MS = 100;
/**
 * The machine's own doings, which nobody follows step by step: a build starts hundreds of processes a second. Gathered
 * for at least this long, and after a turn for as long as keeps turns at one part in `restPerTurn` of the time.
 */
const GATHER_HOST = { leastMs: 20, restPerTurn: 60, mostMs: 500 };

export interface TurnsOptions {
  /** Reads what is pending, and all that follows from it. */
  take(pending: Pending): Promise<void>;
  /** Aborted, there is no further turn. */
  stop: AbortSignal;
  /** A turn failed; the next one is taken all the same. */
  onFailure(cause: unknown): void;
}

export class Turns {
  readonly #options: TurnsOptions;
  #pending: Pending = nothingPending(0);
  #somethingPending = false;
  /** Something is pending that somebody waits to see. */
  #urgent = false;
  #hurry: () => void = () => {};
  #turning: Promise<void> | undefined;
  /** `performance.now()` before which the machine's own doings are not read. */
  #hostRestsUntilMs = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
    options.stop.addEventListener("abort", () => this.#hurry(), { once: true });
  }

  /** What the next turn reads, to be added to. Asking for it brings that turn about. */
  pending(): Pending {
    if (!this.#somethingPending) {
      this.#somethingPending = true;
      this.#pending = nothingPending(Date.now());
      this.#turning ??= this.#takeTurns();
    }
    return this.#pending;
  }

  /** Somebody waits to see what is pending now. */
  hurry(): void {
    // What had been pending may wait on purpose; from here on somebody watches, and the page measures how long it takes.
    if (!this.#urgent) this.#pending.noticedAtMs = Date.now();
    this.#urgent = true;
    this.#hurry();
  }

  /**
   * When what is pending now has been read.
   * @throws GlassboxError "cancelled" when `signal` is aborted, "unavailable" when there is no further turn
   */
  async taken(signal?: AbortSignal): Promise<void> {
    const { stop } = this.#options;
    const settled = new AbortController();
    const pending = this.pending();
    try {
      await new Promise<void>((resolve, reject) => {
        const refuse = (category: "cancelled" | "unavailable", why: string) => () =>
          reject(new GlassboxError(category, `Cannot wait for the kernel graph: ${why}`));
        const cancelled = refuse("cancelled", "the caller gave up");
        const closed = refuse("unavailable", "the observer is closed");
        pending.waiters.push(resolve);
        this.hurry();
        signal?.addEventListener("abort", cancelled, { once: true, signal: settled.signal });
        stop.addEventListener("abort", closed, { once: true, signal: settled.signal });
        if (signal?.aborted) cancelled();
        if (stop.aborted) closed();
      });
    } finally {
      settled.abort();
    }
  }

  /** Until no turn is under way. */
  async over(): Promise<void> {
    await this.#turning;
  }

  async #takeTurns(): Promise<void> {
    const { stop, take, onFailure } = this.#options;
    let gatherMs = GATHER_MS;
    while (this.#somethingPending && !stop.aborted) {
      await this.#gather(gatherMs);
      const startedMs = performance.now();
      const pending = this.#pending;
      this.#somethingPending = false;
      this.#urgent = false;
      try {
        await take(pending);
      } catch (thrown) {
        if (!stop.aborted) onFailure(thrown);
      }
      for (const done of pending.waiters) done();
      const endedMs = performance.now();
      const tookMs = endedMs - startedMs;
      gatherMs = Math.min(GATHER_MAX_MS, Math.max(GATHER_MS, 2 * tookMs));
      this.#hostRestsUntilMs = endedMs + Math.min(GATHER_HOST.mostMs, GATHER_HOST.restPerTurn * tookMs);
    }
    this.#turning = undefined;
  }

  /** Wait for more to read at once; less long as soon as something is pending that somebody waits to see. */
  async #gather(gatherMs: number): Promise<void> {
    if (!this.#urgent) {
      const restMs = this.#hostRestsUntilMs - performance.now();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(gatherMs, GATHER_HOST.leastMs, restMs));
        this.#hurry = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (!this.#urgent) return;
    }
    await pause(gatherMs, undefined, { signal: this.#options.stop }).catch(() => {});
  }
}
