/**
 * A stage for labs: the real observer, the real labs and real terminals, on directories and cgroups of the test's own.
 * It types solve scripts as a person would, a line at a time, and looks at what the checks say. Everything it made is
 * gone when it is closed, also after a failure.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { after, before } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { StepState } from "@glassbox/protocol";
import { nativeProgram } from "@glassbox/runtime/kernel";
import { agentGroups, keyBytes, Labs, type SolveAction } from "../../../apps/agent/src/labs/mod.ts";
import { Observer } from "../../../apps/agent/src/observe/observer.ts";
import { Terminals } from "../../../apps/agent/src/terminal/terminals.ts";
import { type Scope, testScope } from "../../inventory/inventory.ts";

export const root = path.resolve(import.meta.dirname, "../../..");

/** Why this machine cannot run these tests, or false. */
export const cannotStage: string | false = process.getuid?.() === 0 ? false : "needs root: mounts, namespaces, cgroups";

/** Emulated, everything takes longer. */
const SLOWNESS = process.env.GLASSBOX_IN_VM ? 6 : 1;
/** A terminal that has said nothing for this long, and shows no prompt, runs something that will take longer. */
const QUIET_MS = 300 * SLOWNESS;
/** What bash, busybox's shell and dash end with when they wait for root's next line. */
const PROMPT = /# $/;
/** Ends a test that would hang; no promise of speed. */
const PATIENCE_MS = 60_000 * SLOWNESS;
/** After a change in the graph the checks are looked at within this time. */
const LOOKED_AT_MS = 60 * SLOWNESS;
/** Checks are looked at within half a second of any change, and have to hold for a third; the rest is for a busy machine. */
const SETTLED_MS = 900 + 100 * SLOWNESS;

/** The labs to go through: all, or with LAB=003 those whose id begins so. */
export const labIds = readdirSync(path.join(root, "labs")).filter(
  (name) => /^\d{3}-/.test(name) && name.startsWith(process.env.LAB ?? ""),
);

/** One stage for all tests of the file that calls this; the getter is for use inside tests. */
export function stageForAllTests(): () => LabStage {
  let stage: LabStage | undefined;
  before(async () => {
    if (cannotStage === false) stage = await LabStage.open();
  });
  after(async () => stage?.close());
  return () => {
    if (!stage) throw new Error(`There is no stage: ${cannotStage || "no test has begun"}`);
    return stage;
  };
}

interface Screen {
  id: string;
  text: string;
  lastOutputMs: number;
}

export class LabStage {
  readonly labs: Labs;
  readonly observer: Observer;
  readonly scope: Scope;
  readonly dir: string;
  readonly #terminals: Terminals;
  readonly #screens = new Map<string, Screen>();
  #current = "main";

  static async open(): Promise<LabStage> {
    const dir = mkdtempSync("/var/tmp/glassbox-labs-");
    const labRoot = path.join(dir, "data/lab");
    const labCgroup = agentGroups(path.join(dir, "run")).join("/");
    return new LabStage(dir, await Observer.start({ kwatchProgram: nativeProgram("kwatch"), labRoot, labCgroup }));
  }

  private constructor(dir: string, observer: Observer) {
    this.dir = dir;
    this.observer = observer;
    this.labs = this.newLabs();
    this.#terminals = this.#newTerminals();
    const [cgroupBase = ""] = agentGroups(path.join(dir, "run"));
    this.scope = testScope({ cgroupBase: `/${cgroupBase}`, directories: [path.join(dir, "data/lab")] });
  }

  /** Another agent's labs on the same directories: what is there after a restart. */
  newLabs(graph: Observer = this.observer): Labs {
    return new Labs({
      labsDir: path.join(root, "labs"),
      repository: root,
      stateDir: path.join(this.dir, "data"),
      runDir: path.join(this.dir, "run"),
      rootfsDir: path.join(root, "build/rootfs/bundle/rootfs"),
      binDir: path.join(root, "packages/runtime/bin"),
      graph,
    });
  }

  #newTerminals(): Terminals {
    return new Terminals({
      labShells: this.labs,
      claim: (pid, lab) => this.observer.claim(pid, lab),
      binDir: path.join(root, "packages/runtime/bin"),
      runDir: path.join(this.dir, "run"),
    });
  }

  /** Types a script's actions; stops at `undo` and returns what follows it. */
  async perform(lab: string, actions: SolveAction[]): Promise<SolveAction[]> {
    for (const [index, action] of actions.entries()) {
      if (action.kind === "undo") return actions.slice(index + 1);
      if (action.kind === "terminal") {
        this.#current = action.name;
        continue;
      }
      const screen = await this.#screen(lab, this.#current);
      if (action.kind === "wait") {
        await this.#until(`"${action.text}" in terminal ${this.#current}`, screen, () =>
          screen.text.includes(action.text),
        );
        continue;
      }
      screen.text = "";
      screen.lastOutputMs = Date.now();
      this.#terminals.input(screen.id, action.kind === "type" ? `${action.line}\r` : keyBytes(action.key));
      await this.#quiet(screen);
      // A person sees the picture before typing on. On a busy machine the graph may be behind the shell.
      await this.observer.refresh();
      await pause(LOOKED_AT_MS);
    }
    return [];
  }

  /** What a terminal has said since the last line was typed into it. */
  screenText(terminal: string): string {
    return this.#screens.get(terminal)?.text ?? "";
  }

  /** Whether the terminal's shell has a prompt after what was typed last, and nothing is at work. */
  hasPrompt(terminal: string): boolean {
    return PROMPT.test(withoutEscapes(this.screenText(terminal)));
  }

  /** What the step says once everything that has happened has been looked at. */
  async settledStep(lab: string, step: string): Promise<StepState> {
    await this.observer.refresh();
    await pause(SETTLED_MS);
    return this.step(lab, step);
  }

  /** The same for a step that is to be answered by a hint; without one when none comes in time. */
  async hintedStep(lab: string, step: string): Promise<StepState> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const state = await this.settledStep(lab, step);
      if (state.hints.length > 0 || state.status === "done" || Date.now() > deadlineMs) return state;
    }
  }

  step(lab: string, step: string): StepState {
    const found = this.labs.state(lab).steps.find(({ id }) => id === step);
    if (!found) throw new Error(`Lab "${lab}" has no step "${step}"`);
    return found;
  }

  /** @throws with the checks and the screens when the step is not done in time */
  async untilDone(lab: string, step: string): Promise<void> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (this.step(lab, step).status !== "done") {
      if (Date.now() > deadlineMs) throw new Error(`Step "${step}" is not done:\n${this.#report(lab, step)}`);
      await pause(50);
    }
  }

  /** Terminals end with their lab's reset; forget them. */
  async closeTerminals(): Promise<void> {
    for (const { id } of this.#screens.values()) await this.#terminals.close(id);
    this.#screens.clear();
    this.#current = "main";
  }

  async close(): Promise<void> {
    await this.#terminals.closeAll();
    const failures = await this.labs.stop();
    await this.observer.close();
    rmSync(this.dir, { recursive: true, force: true });
    if (failures.length > 0) throw new Error(failures.join("\n"));
  }

  async #screen(lab: string, name: string): Promise<Screen> {
    const known = this.#screens.get(name);
    if (known) return known;
    const { id } = await this.#terminals.create({ lab, name, columns: 120, rows: 30 });
    const screen: Screen = { id, text: "", lastOutputMs: Date.now() };
    this.#screens.set(name, screen);
    const follow = this.#terminals.follow(id, 0, {
      onOutput: (fromByte, bytes) => {
        screen.text += Buffer.from(bytes).toString();
        screen.lastOutputMs = Date.now();
        follow.ack(fromByte + bytes.length);
      },
      onStalled: () => undefined,
      onEnded: (reason) => {
        screen.text += `\n[${reason}]\n`;
      },
    });
    await this.#until("a prompt", screen, () => PROMPT.test(withoutEscapes(screen.text)));
    return screen;
  }

  async #quiet(screen: Screen): Promise<void> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (Date.now() - screen.lastOutputMs < QUIET_MS && Date.now() < deadlineMs) {
      await pause(20);
      if (PROMPT.test(withoutEscapes(screen.text))) return;
    }
  }

  async #until(what: string, screen: Screen, holds: () => boolean): Promise<void> {
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (!holds()) {
      if (Date.now() > deadlineMs) throw new Error(`Waited in vain for ${what}; the terminal says:\n${screen.text}`);
      await pause(20);
    }
  }

  #report(lab: string, step: string): string {
    const checks = this.step(lab, step).checks.map(
      ({ ok, title, expected, actual }) =>
        `${ok ? "ok" : "NOT"} ${title}\n     wanted ${expected}\n     is     ${actual}`,
    );
    const screens = [...this.#screens].map(([name, { text }]) => `--- terminal ${name}:\n${text}`);
    return [...checks, ...this.step(lab, step).hints.map((hint) => `hint: ${hint}`), ...screens].join("\n");
  }
}

/** Colours, and the marks bash puts around what may be pasted. */
function withoutEscapes(text: string): string {
  return text.replace(/\x1b\[[?0-9;]*[A-Za-z]/g, "");
}
