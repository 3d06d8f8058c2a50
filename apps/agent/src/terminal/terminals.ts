/**
 * All terminals of the agent: several named ones a lab, and those of the explorer. Starts and lists them, tells who
 * listens when the list changes, and closes all at the agent's end. One terminal's own working is in `terminal.ts`.
 */
import { randomBytes } from "node:crypto";
import path from "node:path";
import type { TerminalInfo } from "@glassbox/protocol";
import { GlassboxError } from "@glassbox/runtime/base";
import type { LabShells, TerminalFollower, TerminalsBackend } from "../http/backend.ts";
import type { ShellPlace } from "./shell.ts";
import { Terminal } from "./terminal.ts";

/** Lab name of the terminals on the explorer page, which belong to no lab. */
const EXPLORER = "explorer";

/** Each costs a bash (~4 MB) and up to 2 MB of scrollback. */
const TERMINALS_MAX = 32;

const EXPLORER_PLACE: ShellPlace = { cwd: "/root", env: {}, cgroupProcsFiles: [] };

export interface TerminalsOptions {
  labShells: LabShells;
  /** Told of each shell right after it started: `KernelGraph.claim`. */
  claim(pid: number, lab: string): void;
  /** Directory with `glassrun` and `glassbox`, first in every shell's PATH. */
  binDir: string;
  /** Below it is the HOME of explorer shells; a lab's is the parent of its working directory. */
  runDir: string;
  /** How long a browser that acknowledges nothing may hold up a shell. @default 15000 */
  stalledAfterMs?: number;
}

export class Terminals implements TerminalsBackend {
  readonly #options: TerminalsOptions;
  readonly #terminals = new Map<string, Terminal>();
  /** Shells being started, by lab and name: two browsers asking at once get the same one. */
  readonly #starting = new Map<string, Promise<Terminal>>();
  readonly #listeners = new Set<(terminals: TerminalInfo[]) => void>();
  #closed = false;

  constructor(options: TerminalsOptions) {
    this.#options = options;
  }

  list(): TerminalInfo[] {
    return [...this.#terminals.values()].map((terminal) => terminal.info);
  }

  /**
   * The running terminal of that lab and name, or a new one; an ended one of that name gives way to the new.
   * @throws GlassboxError "not found" for an unknown lab, "resource exhausted" at 32 terminals
   */
  async create(request: { lab: string; name: string; columns: number; rows: number }): Promise<TerminalInfo> {
    const running = this.#named(request.lab, request.name);
    if (running && running.info.ended === undefined) return running.info;
    const key = startKey(request.lab, request.name);
    const starting = this.#starting.get(key) ?? this.#start(request).finally(() => this.#starting.delete(key));
    this.#starting.set(key, starting);
    return (await starting).info;
  }

  /** Hangs up, kills what is left, and takes it off the list. Closing one that is not there is fine. */
  async close(id: string): Promise<void> {
    const terminal = this.#terminals.get(id);
    if (!terminal) return;
    await terminal.close();
    if (this.#terminals.delete(id)) this.#tellListeners();
  }

  /** @throws GlassboxError "not found", or "already exists" when another terminal of its lab has that name */
  rename(id: string, name: string): TerminalInfo {
    const terminal = this.#get(id);
    const { lab, name: before } = terminal.info;
    if (name === before) return terminal.info;
    if (this.#named(lab, name) || this.#starting.has(startKey(lab, name))) {
      throw new GlassboxError("already exists", `Cannot rename terminal "${before}": there is another named "${name}"`);
    }
    terminal.name = name;
    this.#tellListeners();
    return terminal.info;
  }

  /** Closes every terminal; no more can be created after. Bounded by what one takes (about a second). */
  async closeAll(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#starting.values());
    await Promise.all([...this.#terminals.keys()].map((id) => this.close(id)));
  }

  follow(id: string, fromByte: number, follower: TerminalFollower): ReturnType<TerminalsBackend["follow"]> {
    return this.#get(id).follow(fromByte, follower);
  }

  input(id: string, data: string): void {
    this.#get(id).input(data);
  }

  resize(id: string, columns: number, rows: number): void {
    this.#get(id).resize(columns, rows);
  }

  interrupt(id: string): void {
    this.#get(id).interrupt();
  }

  subscribe(listener: (terminals: TerminalInfo[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #start(request: { lab: string; name: string; columns: number; rows: number }): Promise<Terminal> {
    const place = request.lab === EXPLORER ? EXPLORER_PLACE : await this.#options.labShells.shellFor(request.lab);
    const ended = this.#named(request.lab, request.name);
    if (ended) await this.close(ended.info.id);
    if (this.#closed)
      throw new GlassboxError("unavailable", `Cannot open terminal "${request.name}": Glassbox is ending`);
    if (this.#terminals.size >= TERMINALS_MAX) {
      throw new GlassboxError(
        "resource exhausted",
        `Cannot open terminal "${request.name}": ${this.#terminals.size} are open, and at most ${TERMINALS_MAX} may be`,
        { hint: "Close one that is no longer used" },
      );
    }
    const id = randomBytes(6).toString("hex");
    const { binDir, runDir, stalledAfterMs } = this.#options;
    const home = request.lab === EXPLORER ? path.join(runDir, EXPLORER) : path.dirname(place.cwd);
    const onEnded = () => this.#tellListeners();
    const terminal = new Terminal({ ...request, ...place, id, binDir, home, stalledAfterMs, onEnded });
    this.#options.claim(terminal.info.pid, request.lab);
    this.#terminals.set(id, terminal);
    this.#tellListeners();
    return terminal;
  }

  #named(lab: string, name: string): Terminal | undefined {
    return [...this.#terminals.values()].find(({ info }) => info.lab === lab && info.name === name);
  }

  #get(id: string): Terminal {
    const terminal = this.#terminals.get(id);
    if (terminal) return terminal;
    throw new GlassboxError("not found", `Cannot find terminal "${id}": it was closed, or the agent was started anew`);
  }

  #tellListeners(): void {
    const terminals = this.list();
    for (const listener of this.#listeners) listener(terminals);
  }
}

function startKey(lab: string, name: string): string {
  return JSON.stringify([lab, name]);
}
