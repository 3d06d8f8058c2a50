/**
 * What to undo when a longer piece of work fails half-way. Each thing made pushes how to unmake it; on failure they run
 * newest first, because later things stand on earlier ones (a mount inside a directory inside a cgroup).
 */
export class Rollback {
  readonly #undos: Array<{ what: string; undo: () => void | Promise<void> }> = [];

  /** `what` names the thing for the report, e.g. `cgroup "/web"`. */
  add(what: string, undo: () => void | Promise<void>): void {
    this.#undos.push({ what, undo });
  }

  /** The work succeeded: forget everything. */
  keep(): void {
    this.#undos.length = 0;
  }

  /** Undo everything, newest first. One failing does not stop the others; all failures are returned. */
  async undo(): Promise<Error[]> {
    const failures: Error[] = [];
    for (let last = this.#undos.pop(); last; last = this.#undos.pop()) {
      try {
        await last.undo();
      } catch (cause) {
        failures.push(new Error(`Cannot undo ${last.what}`, { cause }));
      }
    }
    return failures;
  }
}
