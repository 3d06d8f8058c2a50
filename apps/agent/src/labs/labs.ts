/**
 * The labs, as the rest of the agent knows them: a catalogue, and for each lab a small life of closed, opening, open,
 * resetting. Opening makes a place for it (working directory, cgroups), resetting and stopping take everything back.
 * What a step asks of the kernel is `run/open-lab.ts`; what a lab is made of is `content/load.ts`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FileContent, LabDetail, LabState, LabSummary, PlanView, Solution } from "@glassbox/protocol";
import { GlassboxError, messageOf } from "@glassbox/runtime/base";
import { type CgroupLayout, readCgroupLayout } from "@glassbox/runtime/kernel";
import type { LabShells, LabsBackend } from "../http/backend.ts";
import type { KernelGraph } from "../observe/kernel-graph.ts";
import { buildLabOrThrow, type Lab, type LabSource, readLabSources, type Step } from "./content/load.ts";
import { formatProblem } from "./content/source-problem.ts";
import { drawValues } from "./content/values.ts";
import { readMachineFacts, whyNotRunnable } from "./run/abilities.ts";
import { bundlePlan } from "./run/bundle-plan.ts";
import { cleanUp } from "./run/clean-up.ts";
import { readConfined, writeConfined } from "./run/confined-files.ts";
import { fileReader } from "./run/file-reader.ts";
import {
  agentGroups,
  cgroupEnvironment,
  type LabCgroup,
  labCgroupPlans,
  lessonVersion,
  makeLabCgroups,
} from "./run/lab-cgroups.ts";
import { type LabPlace, OpenLabsLedger } from "./run/lab-place.ts";
import { noteMounts } from "./run/mounts-of-lab.ts";
import { OpenLab } from "./run/open-lab.ts";
import { Progress } from "./run/progress.ts";
import { sharedMemorySegments } from "./run/shared-memory.ts";
import { makeWorkDir } from "./run/work-dir.ts";

export interface LabsOptions {
  labsDir: string;
  /** Root of the checkout, where lessons quote code from. */
  repository: string;
  /** Working directories (`lab/ID`) and progress: /var/lib/glassbox. */
  stateDir: string;
  /** Which labs are open: /run/glassbox. */
  runDir: string;
  /** The unpacked busybox root file system. */
  rootfsDir: string;
  /** Directory of the `glassrun` launcher. */
  binDir: string;
  graph: KernelGraph;
  /** How cgroups are mounted; read from the machine when not given. */
  layout?: CgroupLayout;
}

interface LabEntry {
  source: LabSource;
  /**
   * Made from its files when first asked for: on an emulated machine, making all labs takes longer than booting it, and
   * a mistake in one lab's files keeps only that lab from opening.
   * @throws GlassboxError "invalid argument" listing what is wrong with this lab's files
   */
  lab: () => Lab;
  values: Record<string, string>;
  phase: LabState["phase"];
  message: string | undefined;
  version: number;
  cgroups: LabCgroup[];
  open: OpenLab | undefined;
  /** Opening and resetting one lab never overlap: each waits for what was begun before. */
  busy: Promise<unknown>;
}

export class Labs implements LabsBackend, LabShells {
  readonly #options: LabsOptions;
  readonly #layout: CgroupLayout;
  readonly #progress: Progress;
  readonly #ledger: OpenLabsLedger;
  readonly #glassrun: string;
  readonly #groups: readonly string[];
  readonly #entries = new Map<string, LabEntry>();
  readonly #whyNot = new Map<string, string>();
  readonly #listeners = new Set<(state: LabState) => void>();

  /** @throws GlassboxError "invalid argument" listing what is wrong with the labs' files */
  constructor(options: LabsOptions) {
    this.#options = options;
    this.#layout = options.layout ?? readCgroupLayout();
    this.#progress = new Progress(join(options.stateDir, "progress.json"));
    this.#ledger = new OpenLabsLedger(options.runDir);
    this.#glassrun = join(options.binDir, "glassrun");
    this.#groups = agentGroups(options.runDir);
    const { sources, problems } = readLabSources(options.labsDir);
    if (problems.length > 0) {
      throw new GlassboxError("invalid argument", `Cannot load the labs:\n${problems.map(formatProblem).join("\n")}`);
    }
    const isOpen = (lab: string) => this.#entries.get(lab)?.open !== undefined;
    options.graph.subscribe((batch) => noteMounts(batch, options.graph, this.#ledger, isOpen));
    const facts = readMachineFacts(this.#layout, this.#glassrun);
    for (const source of sources) {
      const whyNot = whyNotRunnable(source.lab.requires, facts);
      if (whyNot !== undefined) this.#whyNot.set(source.id, whyNot);
      this.#entries.set(source.id, this.#newEntry(source));
    }
  }

  /**
   * Take away what an agent that was killed left in the kernel. Files and progress stay, so that its learner goes on.
   * Returns one sentence for each lab that could not be tidied up.
   */
  async recover(): Promise<string[]> {
    const failures: string[] = [];
    for (const place of this.#ledger.list()) {
      try {
        await cleanUp(place, { graph: this.#options.graph, glassrun: this.#glassrun }, { files: false });
        this.#ledger.remove(place.lab);
      } catch (thrown) {
        failures.push(messageOf(thrown));
      }
    }
    return failures;
  }

  /** The agent ends: close every open lab. Files and progress stay; nothing else does. */
  async stop(): Promise<string[]> {
    for (const entry of this.#entries.values()) {
      await entry.busy.catch(() => undefined);
      this.#close(entry);
    }
    return this.recover();
  }

  catalogue(): LabSummary[] {
    return [...this.#entries.values()].map((entry) => this.#summary(entry));
  }

  detail(lab: string): LabDetail {
    const entry = this.#entry(lab);
    return {
      ...this.#summary(entry),
      workDir: this.#workDir(lab),
      values: entry.values,
      steps: entry.lab().steps.map((step) => ({
        id: step.id,
        title: step.front.title,
        sections: step.sections,
        prediction: step.front.prediction,
        focus: step.front.focus,
        editable: step.front.editable,
      })),
    };
  }

  state(lab: string): LabState {
    const entry = this.#entry(lab);
    const done = this.#progress.get(lab)?.done ?? [];
    const closed = () =>
      entry.source.steps.map((step) => ({
        id: step.id,
        status: done.includes(step.id) ? ("done" as const) : ("todo" as const),
        checks: [],
        hints: [],
      }));
    return {
      lab,
      version: entry.version,
      phase: entry.phase,
      ...(entry.message === undefined ? {} : { message: entry.message }),
      steps: entry.open?.steps ?? closed(),
    };
  }

  open(lab: string, signal?: AbortSignal): Promise<LabState> {
    const entry = this.#entry(lab);
    const whyNot = this.#whyNot.get(lab);
    if (whyNot !== undefined) throw new GlassboxError("not supported", `Cannot open lab "${lab}": ${whyNot}`);
    return this.#inTurn(entry, async () => {
      if (!entry.open) await this.#open(entry, signal);
      return this.state(lab);
    });
  }

  reset(lab: string, signal?: AbortSignal): Promise<LabState> {
    const entry = this.#entry(lab);
    return this.#inTurn(entry, async () => {
      this.#close(entry);
      this.#say(entry, "resetting", "Taking back what this lab has made");
      const place = this.#ledger.list().find((open) => open.lab === lab) ?? this.#placeNow(lab);
      try {
        await cleanUp(place, { graph: this.#options.graph, glassrun: this.#glassrun, signal }, { files: true });
      } catch (thrown) {
        this.#say(entry, "failed", messageOf(thrown));
        throw thrown;
      }
      this.#ledger.remove(lab);
      this.#progress.forget(lab);
      Object.assign(entry, { ...this.#newEntry(entry.source), version: entry.version, busy: entry.busy });
      this.#say(entry, "closed");
      return this.state(lab);
    });
  }

  beginStep(lab: string, step: string): Promise<LabState> {
    const entry = this.#entry(lab);
    const found = this.#step(entry, step);
    return this.#inTurn(entry, async () => {
      if (!entry.open) await this.#open(entry);
      entry.open?.beginStep(found);
      return this.state(lab);
    });
  }

  resetStep(lab: string, step: string): Promise<LabState> {
    const entry = this.#entry(lab);
    const found = this.#step(entry, step);
    return this.#inTurn(entry, async () => {
      if (!entry.open) await this.#open(entry);
      entry.open?.resetFrom(found);
      return this.state(lab);
    });
  }

  solution(lab: string, step: string): Solution {
    const { solve } = this.#step(this.#entry(lab), step);
    return { commands: solve.split("\n").filter((line) => line.trim() !== "") };
  }

  readFile(lab: string, path: string): Promise<FileContent> {
    this.#entry(lab);
    return readConfined(this.#workDir(lab), path);
  }

  writeFile(lab: string, file: FileContent): Promise<FileContent> {
    this.#entry(lab);
    return writeConfined(this.#workDir(lab), file);
  }

  async plan(lab: string, path: string): Promise<PlanView> {
    this.#entry(lab);
    return bundlePlan(this.#workDir(lab), path);
  }

  subscribe(listener: (state: LabState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async shellFor(lab: string): Promise<{ cwd: string; env: Record<string, string>; cgroupProcsFiles: string[] }> {
    await this.open(lab);
    const { cgroups } = this.#entry(lab);
    const cwd = this.#workDir(lab);
    return {
      cwd,
      env: { LAB: cwd, ...cgroupEnvironment(cgroups) },
      cgroupProcsFiles: cgroups.map(({ directory }) => join(directory, "shell", "cgroup.procs")),
    };
  }

  async #open(entry: LabEntry, signal?: AbortSignal): Promise<void> {
    const lab = entry.source.id;
    this.#say(entry, "opening", "Preparing the working directory");
    try {
      const left = this.#ledger.list().find((place) => place.lab === lab);
      const tools = { graph: this.#options.graph, glassrun: this.#glassrun, signal };
      if (left) await cleanUp(left, tools, { files: false });
      this.#ledger.write(this.#placeNow(lab));
      await makeWorkDir(entry.lab(), this.#workDir(lab), this.#options.rootfsDir);
      entry.cgroups = makeLabCgroups(this.#layout, lab, this.#groups);
    } catch (thrown) {
      this.#say(entry, "failed", messageOf(thrown));
      throw thrown;
    }
    const done = this.#progress.get(lab)?.done ?? [];
    this.#progress.set(lab, { values: entry.values, done });
    entry.phase = "open";
    entry.message = undefined;
    entry.open = new OpenLab({
      lab: entry.lab(),
      graph: this.#options.graph,
      view: {
        lab,
        workDir: this.#workDir(lab),
        cgroupBases: new Map(entry.cgroups.map(({ hierarchy, path }) => [hierarchy, path])),
        hostPid: process.pid,
        readFile: fileReader(this.#workDir(lab)),
      },
      done,
      onChange: (_, nowDone) => {
        if (nowDone.length !== this.#progress.get(lab)?.done.length) {
          this.#progress.set(lab, { values: entry.values, done: nowDone });
        }
        this.#say(entry, "open");
      },
    });
    // Progress keeps what the lab's own record says, also where a step's folder has been renamed since.
    this.#say(entry, "open");
  }

  #close(entry: LabEntry): void {
    entry.open?.close();
    entry.open = undefined;
    entry.phase = "closed";
  }

  /** Draws values when the lab has none that fit: a new learner, a reset, or a lab that has gained a value. */
  #newEntry(source: LabSource): LabEntry {
    const kept = this.#progress.get(source.id)?.values ?? {};
    const values = { ...drawValues(source.lab.values), ...kept };
    const context = {
      values,
      cgroup: lessonVersion(this.#layout),
      workDir: this.#workDir(source.id),
      repository: this.#options.repository,
    };
    let lab: Lab | undefined;
    return {
      source,
      lab: () => {
        lab ??= buildLabOrThrow(source, context);
        return lab;
      },
      values,
      phase: "closed",
      message: undefined,
      version: Date.now(), // above every version of the agent before this one
      cgroups: [],
      open: undefined,
      busy: Promise.resolve(),
    };
  }

  /** What would have to be taken back if the lab were opened now, whichever of v2's two places it gets. */
  #placeNow(lab: string): LabPlace {
    return {
      lab,
      workDir: this.#workDir(lab),
      cgroupDirs: labCgroupPlans(this.#layout, lab, this.#groups).flatMap((plan) =>
        plan.map(({ directory }) => directory),
      ),
      hostname: readFileSync("/proc/sys/kernel/hostname", "utf8").trim(),
      sharedMemoryIds: sharedMemorySegments().map(({ id }) => id),
      mountsElsewhere: [],
    };
  }

  #say(entry: LabEntry, phase: LabState["phase"], message?: string): void {
    entry.phase = phase;
    entry.message = message;
    entry.version = Math.max(entry.version + 1, Date.now());
    const state = this.state(entry.source.id);
    for (const listener of this.#listeners) listener(state);
  }

  #inTurn<T>(entry: LabEntry, work: () => Promise<T>): Promise<T> {
    const turn = entry.busy.then(work, work);
    entry.busy = turn.catch(() => undefined);
    return turn;
  }

  #summary(entry: LabEntry): LabSummary {
    const { id, lab } = entry.source;
    const whyNot = this.#whyNot.get(id);
    return {
      id,
      number: [...this.#entries.values()].filter(
        (other) => other.source.lab.track === lab.track && other.source.id <= id,
      ).length,
      track: lab.track,
      title: lab.title,
      summary: lab.summary,
      minutes: lab.minutes,
      stepCount: entry.source.steps.length,
      stepsDone: this.state(id).steps.filter((step) => step.status === "done").length,
      runnable: whyNot === undefined,
      ...(whyNot === undefined ? {} : { whyNotRunnable: whyNot }),
    };
  }

  #workDir(lab: string): string {
    return join(this.#options.stateDir, "lab", lab);
  }

  #entry(lab: string): LabEntry {
    const entry = this.#entries.get(lab);
    if (!entry) throw new GlassboxError("not found", `There is no lab "${lab}"`);
    return entry;
  }

  #step(entry: LabEntry, id: string): Step {
    const step = entry.lab().steps.find((one) => one.id === id);
    if (!step) throw new GlassboxError("not found", `Lab "${entry.source.id}" has no step "${id}"`);
    return step;
  }
}
