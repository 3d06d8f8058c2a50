/**
 * The labs, as the rest of the agent knows them: a catalogue, and what can be asked of each by name. How one lab opens,
 * closes and is reset is `lab-life.ts`; what a lab is made of is `content/load.ts`.
 */
import { join } from "node:path";
import type { FileContent, LabDetail, LabState, LabSummary, PlanView, Solution } from "@glassbox/protocol";
import { GlassboxError, messageOf } from "@glassbox/runtime/base";
import { type CgroupLayout, readCgroupLayout } from "@glassbox/runtime/kernel";
import type { LabShells, LabsBackend } from "../http/backend.ts";
import type { KernelGraph } from "../observe/kernel-graph.ts";
import { readLabSources } from "./content/load.ts";
import { formatProblem } from "./content/source-problem.ts";
import { LabLife, type LabSurroundings } from "./lab-life.ts";
import { readMachineFacts, whyNotRunnable } from "./run/abilities.ts";
import { bundlePlan } from "./run/bundle-plan.ts";
import { cleanUp } from "./run/clean-up.ts";
import { readConfined, writeConfined } from "./run/confined-files.ts";
import { agentGroups, cgroupEnvironment } from "./run/lab-cgroups.ts";
import { OpenLabsLedger } from "./run/lab-place.ts";
import { noteMounts } from "./run/mounts-of-lab.ts";
import { Progress } from "./run/progress.ts";

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

export class Labs implements LabsBackend, LabShells {
  readonly #around: LabSurroundings;
  readonly #lives = new Map<string, LabLife>();
  readonly #whyNot = new Map<string, string>();
  readonly #listeners = new Set<(state: LabState) => void>();

  /** @throws GlassboxError "invalid argument" listing what is wrong with the labs' files */
  constructor(options: LabsOptions) {
    const { graph, labsDir, stateDir, runDir, binDir, rootfsDir, repository, layout = readCgroupLayout() } = options;
    this.#around = {
      graph,
      layout,
      groups: agentGroups(runDir),
      progress: new Progress(join(stateDir, "progress.json")),
      ledger: new OpenLabsLedger(runDir),
      glassrun: join(binDir, "glassrun"),
      rootfsDir,
      repository,
      onChange: (state) => {
        for (const listener of this.#listeners) listener(state);
      },
    };
    const { sources, problems } = readLabSources(labsDir);
    if (problems.length > 0) {
      throw new GlassboxError("invalid argument", `Cannot load the labs:\n${problems.map(formatProblem).join("\n")}`);
    }
    const isOpen = (lab: string) => this.#lives.get(lab)?.isOpen ?? false;
    graph.subscribe((batch) => noteMounts(batch, graph, this.#around.ledger, isOpen));
    const facts = readMachineFacts(layout, this.#around.glassrun);
    for (const source of sources) {
      const whyNot = whyNotRunnable(source.lab.requires, facts);
      if (whyNot !== undefined) this.#whyNot.set(source.id, whyNot);
      this.#lives.set(source.id, new LabLife(source, join(stateDir, "lab", source.id), this.#around));
    }
  }

  /**
   * Take away what an agent that was killed left in the kernel. Files and progress stay, so that its learner goes on.
   * Returns one sentence for each lab that could not be tidied up.
   */
  async recover(): Promise<string[]> {
    const { graph, glassrun, ledger } = this.#around;
    const failures: string[] = [];
    for (const place of ledger.list()) {
      try {
        await cleanUp(place, { graph, glassrun }, { files: false });
        ledger.remove(place.lab);
      } catch (thrown) {
        failures.push(messageOf(thrown));
      }
    }
    return failures;
  }

  /** The agent ends: close every open lab. Files and progress stay; nothing else does. */
  async stop(): Promise<string[]> {
    for (const life of this.#lives.values()) await life.close();
    return this.recover();
  }

  catalogue(): LabSummary[] {
    return [...this.#lives.values()].map((life) => this.#summary(life));
  }

  detail(lab: string): LabDetail {
    const life = this.#life(lab);
    return {
      ...this.#summary(life),
      workDir: life.workDir,
      values: life.values,
      steps: life.lab.steps.map((step) => ({
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
    return this.#life(lab).state();
  }

  open(lab: string, signal?: AbortSignal): Promise<LabState> {
    const life = this.#life(lab);
    const whyNot = this.#whyNot.get(lab);
    if (whyNot !== undefined) throw new GlassboxError("not supported", `Cannot open lab "${lab}": ${whyNot}`);
    return life.open(signal);
  }

  reset(lab: string, signal?: AbortSignal): Promise<LabState> {
    return this.#life(lab).reset(signal);
  }

  beginStep(lab: string, step: string): Promise<LabState> {
    return this.#life(lab).beginStep(step);
  }

  resetStep(lab: string, step: string): Promise<LabState> {
    return this.#life(lab).resetStep(step);
  }

  solution(lab: string, step: string): Solution {
    const { solve } = this.#life(lab).step(step);
    return { commands: solve.split("\n").filter((line) => line.trim() !== "") };
  }

  readFile(lab: string, path: string): Promise<FileContent> {
    return readConfined(this.#life(lab).workDir, path);
  }

  writeFile(lab: string, file: FileContent): Promise<FileContent> {
    return writeConfined(this.#life(lab).workDir, file);
  }

  async plan(lab: string, path: string): Promise<PlanView> {
    return bundlePlan(this.#life(lab).workDir, path);
  }

  subscribe(listener: (state: LabState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async shellFor(lab: string): Promise<{ cwd: string; env: Record<string, string>; cgroupProcsFiles: string[] }> {
    await this.open(lab);
    const { cgroups, workDir } = this.#life(lab);
    return {
      cwd: workDir,
      env: { LAB: workDir, ...cgroupEnvironment(cgroups) },
      cgroupProcsFiles: cgroups.map(({ directory }) => join(directory, "shell", "cgroup.procs")),
    };
  }

  #summary(life: LabLife): LabSummary {
    const { id, lab, steps } = life.source;
    const whyNot = this.#whyNot.get(id);
    return {
      id,
      number: [...this.#lives.values()].filter(({ source }) => source.lab.track === lab.track && source.id <= id)
        .length,
      track: lab.track,
      title: lab.title,
      summary: lab.summary,
      minutes: life.minutes,
      stepCount: steps.length,
      stepsDone: life.state().steps.filter((step) => step.status === "done").length,
      runnable: whyNot === undefined,
      ...(whyNot === undefined ? {} : { whyNotRunnable: whyNot }),
    };
  }

  #life(lab: string): LabLife {
    const life = this.#lives.get(lab);
    if (!life) throw new GlassboxError("not found", `There is no lab "${lab}"`);
    return life;
  }
}
