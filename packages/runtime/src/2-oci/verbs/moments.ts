/**
 * What is due here while a container's plan is performed. At certain moments the plan says something (`tell`) and, where
 * it needs what comes of it, waits at a FIFO: its ids are mapped, hooks run. Which hooks those are: `hooks-in-time.ts`.
 */
import { SyscallError } from "../../1-kernel/mod.ts";
import type { PlanRequest } from "../plan/planning.ts";
import type { Config } from "../spec/config.ts";
import type { StoredState } from "../state/container-state.ts";
import { hasHooks } from "./hooks.ts";
import { CREATE_HOOKS, letStart, poststart, runCreateHooks } from "./hooks-in-time.ts";
import { mapIds } from "./map-ids.ts";
import type { Context } from "./verb.ts";

export type Moment = () => Promise<void>;

export interface MomentsOfContainer {
  context: Context;
  config: Config;
  /** Its `init` has to be there by the first moment. */
  stored: StoredState;
  directory: string;
  mode: PlanRequest["mode"];
  mapsFifo: string | undefined;
}

/** One for each time that the plan says something, in the order of `planContainer`. */
export function dueMoments({ context, config, stored, directory, mode, mapsFifo }: MomentsOfContainer): Moment[] {
  const starts = mode === "run" && hasHooks(config, ["startContainer"]);
  const moments: Moment[] = [
    ...(mapsFifo ? [() => mapIds(config, stored.init?.pid ?? 0, mapsFifo)] : []),
    // It has said which process it is, and waits for nothing.
    async () => {},
    ...(hasHooks(config, CREATE_HOOKS) ? [() => runCreateHooks(config, stored, directory)] : []),
    ...(starts ? [() => letStart(config, stored, directory)] : []),
  ];
  if (mode !== "run") return moments;
  // Behind the last of them nothing keeps the program from running.
  return moments.map((moment, index) =>
    index < moments.length - 1 ? moment : () => moment().then(() => poststart(context, config, stored, directory)),
  );
}

/** Lets one moment after the other have its turn. The first that fails ends the plan, by `signal`. */
export class Moments {
  readonly #due: Moment[];
  readonly #stop = new AbortController();
  #atWork: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(due: readonly Moment[]) {
    this.#due = [...due];
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The plan has said something: what is due now begins as soon as what was due before is through. */
  next(): void {
    const due = this.#due.shift();
    this.#atWork = this.#atWork
      .then(() => due?.())
      .catch((thrown) => {
        this.#failure ??= thrown;
        this.#stop.abort();
      });
  }

  /** Until nothing is at work any more. Never rejects. */
  through(): Promise<void> {
    return this.#atWork;
  }

  /**
   * When a moment and the plan both failed: did the hook find the container gone because the kernel refused one of its
   * calls? Else the plan ended because of the hook.
   */
  causeOf(thrown: unknown): unknown {
    return thrown instanceof SyscallError && thrown.errno !== undefined ? thrown : (this.#failure ?? thrown);
  }
}
