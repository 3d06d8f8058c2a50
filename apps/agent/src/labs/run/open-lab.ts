/**
 * One open lab: which step is current, and what its checks say of the kernel right now. The kernel graph calls after every
 * change; what a file says is looked at on a timer, and only while the current step asks about files. A step that was
 * done stays done, so this only ever looks at the current one.
 */
import type { CheckResult, LabState, StepState } from "@glassbox/protocol";
import type { KernelGraph } from "../../observe/kernel-graph.ts";
import { evaluateChecks, holds, type SeenOnce } from "../check/evaluate.ts";
import type { KernelView } from "../check/kernel-view.ts";
import { checkResult, fillBraces } from "../check/wording.ts";
import type { Lab, Step } from "../content/load.ts";
import { layStepFiles } from "./work-dir.ts";

/** Changes come in bursts (a shell command is a fork, an exec, an exit); one look after the burst is enough. */
const DEBOUNCE_MS = 40;
/**
 * For this long all checks of a step have to hold. A command can make things so for the few milliseconds that it runs;
 * whether that is seen would be luck, and a step that asks for it says `once`.
 */
const LASTING_MS = 300;
/** Files have no event in the graph. Twice a second feels immediate and costs nothing. */
const FILE_POLL_MS = 500;
/** Hints shown at once: more is a page of text nobody asked for. */
const HINTS_MAX = 4;

export interface OpenLabOptions {
  lab: Lab;
  graph: KernelGraph;
  /** What does not change while the lab is open; the nodes come from the graph. */
  view: Omit<KernelView, "nodes">;
  done: readonly string[];
  /** A step was done or its checks say something new. `done` is the whole list, in order. */
  onChange(steps: StepState[], done: string[]): void;
}

export class OpenLab {
  readonly #options: OpenLabOptions;
  readonly #results = new Map<string, CheckResult[]>();
  readonly #seenOnce = new Map<string, SeenOnce>();
  readonly #unsubscribe: () => void;
  #done: string[];
  /** The step the learner chose; checking goes on from there. Undefined: from the first. */
  #begun: string | undefined;
  #hints: string[] = [];
  #debounce: NodeJS.Timeout | undefined;
  #filePoll: NodeJS.Timeout | undefined;
  /** Since when all checks of the current step hold. */
  #holding: { sinceMs: number; lookAgain: NodeJS.Timeout } | undefined;
  #lastSaid = "";
  #closed = false;

  constructor(options: OpenLabOptions) {
    this.#options = options;
    this.#done = options.lab.steps.map((step) => step.id).filter((id) => options.done.includes(id));
    this.#unsubscribe = options.graph.subscribe(() => this.#soon());
    this.#enterCurrentStep();
    this.evaluate();
  }

  get steps(): LabState["steps"] {
    const current = this.#currentStep();
    return this.#options.lab.steps.map((step) => ({
      id: step.id,
      status: this.#done.includes(step.id) ? "done" : step === current ? "current" : "todo",
      checks: this.#results.get(step.id) ?? [],
      hints: step === current ? this.#hints : [],
    }));
  }

  get done(): readonly string[] {
    return this.#done;
  }

  /** Look now. Goes on to the next step as often as the current one turns out to be done. */
  evaluate(): void {
    if (this.#closed) return;
    clearTimeout(this.#debounce);
    this.#debounce = undefined;
    for (let step = this.#currentStep(); step; step = this.#currentStep()) {
      if (!this.#lasts(this.#look(step))) break;
      this.#done.push(step.id);
      this.#enterCurrentStep();
    }
    const said = JSON.stringify(this.steps);
    if (said === this.#lastSaid) return;
    this.#lastSaid = said;
    this.#options.onChange(this.steps, [...this.#done]);
  }

  /** Check `step` from now on, whether or not those before it are done: a learner may skip. A done step stays done. */
  beginStep(step: Step): void {
    this.#begun = step.id;
    this.#enterCurrentStep();
    this.evaluate();
  }

  /** Forget `step` and all after it, and bring back the files it began with. */
  resetFrom(step: Step): void {
    const { lab, view } = this.#options;
    const later = lab.steps.slice(lab.steps.indexOf(step));
    for (const { id } of later) {
      this.#results.delete(id);
      this.#seenOnce.delete(id);
    }
    this.#done = this.#done.filter((id) => !later.some((other) => other.id === id));
    layStepFiles(step, view.workDir, { again: true });
    this.#begun = step.id;
    this.#enterCurrentStep();
    this.evaluate();
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    clearTimeout(this.#debounce);
    clearInterval(this.#filePoll);
    this.#holdNoMore();
  }

  #currentStep(): Step | undefined {
    const { steps } = this.#options.lab;
    const isOpen = (step: Step) => !this.#done.includes(step.id);
    const begun = steps.findIndex((step) => step.id === this.#begun);
    return steps.slice(Math.max(begun, 0)).find(isOpen) ?? steps.find(isOpen);
  }

  #enterCurrentStep(): void {
    const step = this.#currentStep();
    clearInterval(this.#filePoll);
    this.#filePoll = undefined;
    this.#holdNoMore();
    this.#hints = [];
    if (!step) return;
    layStepFiles(step, this.#options.view.workDir, { again: false });
    const queries = [...step.checks, ...step.hints.flatMap((hint) => hint.when)];
    if (queries.some((query) => query.target.kind === "file")) {
      this.#filePoll = setInterval(() => this.evaluate(), FILE_POLL_MS);
      this.#filePoll.unref();
    }
  }

  #soon(): void {
    this.#debounce ??= setTimeout(() => this.evaluate(), DEBOUNCE_MS);
  }

  /** Whether the step's checks have held for long enough; until then, another look is due when they may have. */
  #lasts(holds: boolean): boolean {
    if (!holds) {
      this.#holdNoMore();
      return false;
    }
    this.#holding ??= { sinceMs: performance.now(), lookAgain: setTimeout(() => this.evaluate(), LASTING_MS) };
    // A timer may fire up to a millisecond early.
    return performance.now() - this.#holding.sinceMs >= LASTING_MS - 1;
  }

  #holdNoMore(): void {
    clearTimeout(this.#holding?.lookAgain);
    this.#holding = undefined;
  }

  /** True when every check of the step holds. */
  #look(step: Step): boolean {
    const view: KernelView = { ...this.#options.view, nodes: this.#options.graph.nodes };
    const seen: SeenOnce = this.#seenOnce.get(step.id) ?? new Map();
    this.#seenOnce.set(step.id, seen);
    const outcomes = evaluateChecks(step.checks, view, seen);
    this.#results.set(
      step.id,
      step.checks.flatMap((check, index) => {
        const outcome = outcomes[index];
        return outcome ? [checkResult(check, outcome, view)] : [];
      }),
    );
    const done = outcomes.every((outcome) => outcome.ok);
    this.#hints = done ? [] : fittingHints(step, view);
    return done;
  }
}

function fittingHints(step: Step, view: KernelView): string[] {
  const fitting: string[] = [];
  for (const hint of step.hints) {
    const { ok, bindings } = holds(hint.when, view);
    if (ok) fitting.push(fillBraces(hint.say, bindings, view));
    if (fitting.length === HINTS_MAX) break;
  }
  return fitting;
}
