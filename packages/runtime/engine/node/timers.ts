/** `setTimeout`, and waiting at once: what is due by the clock, in a process that has nothing else to wait for. */
import { kernel } from "./system.ts";

interface Timer {
  dueMs: number;
  run(): void;
}

const timers = new Set<Timer>();

export function setTimeout<T extends unknown[]>(run: (...args: T) => void, ms = 0, ...args: T): Timer {
  const timer = { dueMs: Date.now() + ms, run: () => run(...args) };
  timers.add(timer);
  return timer;
}

export function clearTimeout(timer: Timer | undefined): void {
  if (timer) timers.delete(timer);
}

/** The host calls this when no promise is left to go on with. @returns 1 if something was waited for, and has been done */
export function sleepUntilNext(): number {
  let next: Timer | undefined;
  for (const timer of timers) if (!next || timer.dueMs < next.dueMs) next = timer;
  if (!next) return 0;
  timers.delete(next);
  const waitMs = next.dueMs - Date.now();
  if (waitMs > 0) kernel("nanosleep", timespec(waitMs), 0);
  next.run();
  return 1;
}

/** Nobody else is there to wake us, so of `Atomics.wait` only the time-out is left. */
const waiting = {
  wait(_: Int32Array, _index: number, _value: number, timeoutMs: number): "timed-out" {
    kernel("nanosleep", timespec(timeoutMs), 0);
    return "timed-out";
  },
};

export { waiting as Atomics };

function timespec(ms: number): Uint8Array {
  const words = new Uint32Array([Math.floor(ms / 1000), 0, (ms % 1000) * 1_000_000, 0]);
  return new Uint8Array(words.buffer);
}
