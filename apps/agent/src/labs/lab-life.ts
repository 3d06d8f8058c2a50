/**
 * One lab's small life: closed, opening, open, resetting. Opening makes a place for it (working directory, cgroups),
 * resetting takes everything back. What a step asks of the kernel is `run/open-lab.ts`; all labs together are `labs.ts`.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabState } from "@glassbox/protocol";
import { GlassboxError, messageOf } from "@glassbox/runtime/base";
import type { CgroupLayout } from "@glassbox/runtime/kernel";
import type { KernelGraph } from "../observe/kernel-graph.ts";
import { buildLabOrThrow, type Lab, type LabSource, type Step } from "./content/load.ts";
import { minutesToDo } from "./content/minutes-to-do.ts";
import { drawValues } from "./content/values.ts";
import { cleanUp } from "./run/clean-up.ts";
import { fileReader } from "./run/file-reader.ts";
import { type LabCgroup, labCgroupPlans, lessonVersion, makeLabCgroups } from "./run/lab-cgroups.ts";
import type { LabPlace, OpenLabsLedger } from "./run/lab-place.ts";
import { OpenLab } from "./run/open-lab.ts";
import type { Progress } from "./run/progress.ts";
import { sharedMemorySegments } from "./run/shared-memory.ts";
import { makeWorkDir } from "./run/work-dir.ts";

/** What all labs of an agent have in common. */
export interface LabSurroundings {
  graph: KernelGraph;
  layout: CgroupLayout;
  /** Cgroups between the agent's own and its labs', outermost first. */
  groups: readonly string[];
  progress: Progress;
  ledger: OpenLabsLedger;
  /** Path of the launcher, for taking back containers. */
  glassrun: string;
  /** The unpacked busybox root file system. */
  rootfsDir: string;
  /** Root of the checkout, where lessons quote code from. */
  repository: string;
  /** A lab's phase, a step or what its checks say has changed. */
  onChange(state: LabState): void;
}

export class LabLife {
  readonly source: LabSource;
  readonly workDir: string;
  readonly #around: LabSurroundings;
  #values: Record<string, string>;
  #lab: Lab | undefined;
  #minutes: number | undefined;
  #phase: LabState["phase"] = "closed";
  #message: string | undefined;
  /** Above every version of the agent before this one. */
  #version = Date.now();
  #cgroups: LabCgroup[] = [];
  #open: OpenLab | undefined;
  /** Opening and resetting never overlap: each waits for what was begun before. */
  #busy: Promise<unknown> = Promise.resolve();

  constructor(source: LabSource, workDir: string, around: LabSurroundings) {
    this.source = source;
    this.workDir = workDir;
    this.#around = around;
    this.#values = this.#drawnValues();
  }

  /** The learner's own values, as the lesson's text has them. */
  get values(): Record<string, string> {
    return this.#values;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Of the lab while it is open, one a hierarchy. */
  get cgroups(): readonly LabCgroup[] {
    return this.#cgroups;
  }

  /**
   * Made from its files when first asked for: on an emulated machine, making all labs takes longer than booting it, and
   * a mistake in one lab's files keeps only that lab from opening.
   * @throws GlassboxError "invalid argument" listing what is wrong with this lab's files
   */
  get lab(): Lab {
    this.#lab ??= buildLabOrThrow(this.source, {
      values: this.#values,
      cgroup: lessonVersion(this.#around.layout),
      workDir: this.workDir,
      repository: this.#around.repository,
    });
    return this.#lab;
  }

  /** How long a newcomer takes. From the texts alone: the catalogue asks all labs, and would have each of them made. */
  get minutes(): number {
    this.#minutes ??= minutesToDo(this.#lessonTexts(), lessonVersion(this.#around.layout));
    return this.#minutes;
  }

  #lessonTexts(): string[] {
    const files = this.source.steps.map(({ dir }) => join(dir, "step.md"));
    return files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
  }

  /** @throws GlassboxError "not found" */
  step(id: string): Step {
    const step = this.lab.steps.find((one) => one.id === id);
    if (!step) throw new GlassboxError("not found", `Lab "${this.source.id}" has no step "${id}"`);
    return step;
  }

  state(): LabState {
    const closed = () =>
      this.source.steps.map(({ id }) => ({
        id,
        status: this.#done.includes(id) ? ("done" as const) : ("todo" as const),
        checks: [],
        hints: [],
      }));
    return {
      lab: this.source.id,
      version: this.#version,
      phase: this.#phase,
      ...(this.#message === undefined ? {} : { message: this.#message }),
      steps: this.#open?.steps ?? closed(),
    };
  }

  open(signal?: AbortSignal): Promise<LabState> {
    return this.#inTurn(() => this.#openNow(signal));
  }

  /** Back to how it was before anybody opened it, with values drawn anew. */
  reset(signal?: AbortSignal): Promise<LabState> {
    const { graph, glassrun, ledger, progress } = this.#around;
    return this.#inTurn(async () => {
      this.#closeNow();
      this.#say("resetting", "Taking back what this lab has made");
      try {
        await cleanUp(this.#placeLeft() ?? this.#placeNow(), { graph, glassrun, signal }, { files: true });
      } catch (thrown) {
        this.#say("failed", messageOf(thrown));
        throw thrown;
      }
      ledger.remove(this.source.id);
      progress.forget(this.source.id);
      this.#values = this.#drawnValues();
      this.#lab = undefined;
      this.#cgroups = [];
      this.#say("closed");
    });
  }

  beginStep(id: string): Promise<LabState> {
    const step = this.step(id);
    return this.#inTurn(async () => {
      await this.#openNow();
      this.#open?.beginStep(step);
    });
  }

  resetStep(id: string): Promise<LabState> {
    const step = this.step(id);
    return this.#inTurn(async () => {
      await this.#openNow();
      this.#open?.resetFrom(step);
    });
  }

  /** Ends checking, once what was begun is through. What the lab has made stays, and is written down. */
  async close(): Promise<void> {
    await this.#busy.catch(() => undefined);
    this.#closeNow();
  }

  get #done(): readonly string[] {
    return this.#around.progress.get(this.source.id)?.done ?? [];
  }

  async #openNow(signal?: AbortSignal): Promise<void> {
    if (this.#open) return;
    const { graph, glassrun, groups, layout, ledger, progress, rootfsDir } = this.#around;
    const { id } = this.source;
    this.#say("opening", "Preparing the working directory");
    try {
      const left = this.#placeLeft();
      if (left) await cleanUp(left, { graph, glassrun, signal }, { files: false });
      ledger.write(this.#placeNow());
      await makeWorkDir(this.lab, this.workDir, rootfsDir);
      this.#cgroups = makeLabCgroups(layout, id, groups);
    } catch (thrown) {
      this.#say("failed", messageOf(thrown));
      throw thrown;
    }
    const done = this.#done;
    progress.set(id, { values: this.#values, done: [...done] });
    this.#phase = "open";
    this.#message = undefined;
    this.#open = new OpenLab({
      lab: this.lab,
      graph,
      view: {
        lab: id,
        workDir: this.workDir,
        cgroupBases: new Map(this.#cgroups.map(({ hierarchy, path }) => [hierarchy, path])),
        hostPid: process.pid,
        readFile: fileReader(this.workDir),
      },
      done,
      onChange: (_, nowDone) => {
        if (nowDone.length !== this.#done.length) progress.set(id, { values: this.#values, done: nowDone });
        this.#say("open");
      },
    });
    // Progress keeps what the lab's own record says, also where a step's folder has been renamed since.
    this.#say("open");
  }

  #closeNow(): void {
    this.#open?.close();
    this.#open = undefined;
    this.#phase = "closed";
  }

  /** Kept from before where they fit: new ones for a new learner, after a reset, or where a lab has gained a value. */
  #drawnValues(): Record<string, string> {
    return { ...drawValues(this.source.lab.values), ...this.#around.progress.get(this.source.id)?.values };
  }

  /** What is written down of it, by this agent or one before. */
  #placeLeft(): LabPlace | undefined {
    return this.#around.ledger.list().find(({ lab }) => lab === this.source.id);
  }

  /** What would have to be taken back if the lab were opened now, whichever of v2's two places it gets. */
  #placeNow(): LabPlace {
    const { layout, groups } = this.#around;
    return {
      lab: this.source.id,
      workDir: this.workDir,
      cgroupDirs: labCgroupPlans(layout, this.source.id, groups).flatMap((plan) =>
        plan.map(({ directory }) => directory),
      ),
      hostname: readFileSync("/proc/sys/kernel/hostname", "utf8").trim(),
      sharedMemoryIds: sharedMemorySegments().map(({ id }) => id),
      mountsElsewhere: [],
    };
  }

  #say(phase: LabState["phase"], message?: string): void {
    this.#phase = phase;
    this.#message = message;
    this.#version = Math.max(this.#version + 1, Date.now());
    this.#around.onChange(this.state());
  }

  #inTurn(work: () => Promise<void>): Promise<LabState> {
    const turn = this.#busy.then(work, work);
    this.#busy = turn.catch(() => undefined);
    return turn.then(() => this.state());
  }
}
