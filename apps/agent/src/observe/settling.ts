/**
 * Processes to look at again shortly after an event. The kernel tells of fork and exec, but not of what a program does
 * next: `unshare`, `setns`, `chroot`, `mount` in its own cgroup. Most do it within milliseconds of starting, so a few
 * looks in the first second show it long before the slow scan would.
 */

/** Waits between the looks, in milliseconds. */
const STAGES_MS = [30, 120, 350];

export class Settling {
  readonly #look: (pids: ReadonlySet<number>) => void;
  readonly #stages = STAGES_MS.map(() => new Set<number>());
  readonly #timers = new Map<number, NodeJS.Timeout>();

  constructor(look: (pids: ReadonlySet<number>) => void) {
    this.#look = look;
  }

  add(pid: number): void {
    this.#enter(0, [pid]);
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** One timer a stage: those that join while it runs are looked at a little early, and again in the next. */
  #enter(stage: number, pids: Iterable<number>): void {
    const waiting = this.#stages[stage];
    const waitMs = STAGES_MS[stage];
    if (!waiting || waitMs === undefined) return;
    for (const pid of pids) waiting.add(pid);
    if (waiting.size === 0 || this.#timers.has(stage)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(stage);
      const due = new Set(waiting);
      waiting.clear();
      this.#look(due);
      this.#enter(stage + 1, due);
    }, waitMs);
    timer.unref();
    this.#timers.set(stage, timer);
  }
}
