/**
 * The kernel graph from the live kernel. Events first: kwatch tells what happened, exactly that is read, the graph is
 * assembled and its difference sent. Scans behind: slow timers read again what no event tells. When that is done says
 * `turns.ts`; `facts-reader.ts` does the reading, `assemble/graph.ts` the rest.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { GraphNode, NodeId } from "@glassbox/protocol";
import { messageOf } from "@glassbox/runtime/base";
import { Kwatch, type KwatchRecord, readStat } from "@glassbox/runtime/kernel";
import { assembleGraph } from "./assemble/graph.ts";
import { diff } from "./diff.ts";
import { FactsReader } from "./facts-reader.ts";
import { GraphLog } from "./graph-log.ts";
import type { GraphBatch, KernelGraph } from "./kernel-graph.ts";
import { LAB_CGROUP, LAB_ROOT } from "./lab-paths.ts";
import { MountCommands } from "./mount-commands.ts";
import { Ownership } from "./ownership.ts";
import { type Pending, pendEverything } from "./pending.ts";
import type { StateRoot } from "./read/container-state.ts";
import { Settling } from "./settling.ts";
import { Turns } from "./turns.ts";

export interface ObserverOptions {
  /** Path of kwatch; `nativeProgram("kwatch")` finds it. Without it, everything is found by scanning. */
  kwatchProgram?: string;
  /** Scan behind the events. @default true; tests turn it off to show that events alone suffice. */
  scan?: boolean;
  /** State directories of container runtimes. @default those of runc, crun, containerd, docker and glassrun */
  stateRoots?: readonly StateRoot[];
  /** Directory below which each lab has its own. @default /var/lib/glassbox/lab */
  labRoot?: string;
  /** Names of the cgroups between the agent's own and its labs', joined by slashes. @default glassbox */
  labCgroup?: string;
  /** Something went wrong that observing survives, one sentence. @default written to standard error */
  onProblem?(message: string): void;
}

/** Slow scan while somebody looks or a learner works, while nobody does, and without the kernel's process events. */
const SCAN_MS = { followed: 1000, idle: 5000, withoutEvents: 300 };
/** Of the machine's other processes, read again at each scan. */
const OTHERS_A_SCAN = 8;
/** Every this many scans: /proc listed; mount tables and cgroup trees compared. */
const SCANS_BETWEEN = { everyPid: 2, everything: 5 };
/** kwatch says first what it can do, for which it may wait half a second; a busy machine lets it come to that later. */
const READY_TIMEOUT_MS = 20_000;
const RESTART_AFTER_MS = 1000;

export class Observer implements KernelGraph {
  readonly #options: ObserverOptions;
  readonly #log = new GraphLog();
  readonly #ownership = new Ownership(process.pid);
  readonly #mountCommands = new MountCommands();
  readonly #reader: FactsReader;
  readonly #turns: Turns;
  readonly #settling = new Settling((pids) => this.#look(pids));
  readonly #firstSeenMs = new Map<NodeId, number>();
  readonly #stop = new AbortController();
  #kwatch: Kwatch | undefined;
  #processEvents = false;
  #scanTimer: NodeJS.Timeout | undefined;
  #scanCount = 0;

  /** Starts watching; resolves when the graph shows the whole machine. Close it when done. */
  static async start(options: ObserverOptions = {}): Promise<Observer> {
    const observer = new Observer(options);
    await observer.#startKwatch();
    pendEverything(observer.#turns.pending());
    await observer.#turns.taken();
    if (options.scan !== false) observer.#scanLater();
    return observer;
  }

  private constructor(options: ObserverOptions) {
    this.#options = options;
    this.#reader = new FactsReader(this.#ownership, options.labCgroup ?? LAB_CGROUP, options.stateRoots);
    this.#turns = new Turns({
      take: (pending) => this.#turn(pending),
      stop: this.#stop.signal,
      onFailure: (cause) => this.#problem(`Cannot bring the kernel graph up to date: ${messageOf(cause)}`),
    });
  }

  get epoch(): string {
    return this.#log.epoch;
  }

  get sequence(): number {
    return this.#log.sequence;
  }

  get nodes(): ReadonlyMap<NodeId, GraphNode> {
    return this.#log.nodes;
  }

  /** Whether the kernel tells of processes here; otherwise they are found by scanning. */
  get hasProcessEvents(): boolean {
    return this.#processEvents;
  }

  subscribe(listener: (batch: GraphBatch) => void): () => void {
    return this.#log.subscribe(listener);
  }

  changesSince(sequence: number): GraphBatch | undefined {
    return this.#log.changesSince(sequence);
  }

  claim(pid: number, lab: string): void {
    this.#ownership.claim(pid, readStat(pid)?.startTimeTicks, lab, this.#reader.facts.processes.values());
    this.#turns.pending().pids.add(pid);
    this.#turns.hurry();
    this.#settling.add(pid);
  }

  /** Calls made before the reading starts share it. @throws GlassboxError "cancelled" when aborted, "unavailable" when closed */
  async refresh(signal?: AbortSignal): Promise<void> {
    const pending = this.#turns.pending();
    pending.everyPid = true;
    pending.learners = true;
    pending.everyMountTable = true;
    pending.usage = true;
    await this.#turns.taken(signal);
  }

  /** Ends kwatch and all timers. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    clearTimeout(this.#scanTimer);
    this.#settling.close();
    await this.#kwatch?.close();
    await this.#turns.over();
  }

  /** For changes that do not say who made them: with no shell open it was the machine itself. */
  #hurryForLearners(): void {
    if (this.#ownership.hasLearners) this.#turns.hurry();
  }

  async #turn(pending: Pending): Promise<void> {
    const renewed = await this.#reader.read(pending, this.#kwatch);
    for (const id of renewed) this.#firstSeenMs.delete(id);
    const nowMs = Date.now();
    this.#mountCommands.look(this.#reader.ownMounts, nowMs);
    const graph = assembleGraph({
      facts: this.#reader.facts,
      holders: this.#reader.holders,
      ownership: this.#ownership,
      labOfMount: (mount) => this.#mountCommands.labOf(mount),
      firstSeenMs: (id) => this.#seen(id, nowMs),
      nowMs,
      labRoot: this.#options.labRoot ?? LAB_ROOT,
      labCgroup: this.#options.labCgroup ?? LAB_CGROUP,
      before: this.#log.nodes,
      countCrowds: pending.everyPid,
    });
    this.#ownership.keepThings(graph);
    for (const id of this.#firstSeenMs.keys()) if (!graph.has(id)) this.#firstSeenMs.delete(id);
    this.#log.apply(diff(this.#log.nodes, graph), pending.noticedAtMs);
  }

  #seen(id: NodeId, nowMs: number): number {
    const known = this.#firstSeenMs.get(id);
    if (known !== undefined) return known;
    this.#firstSeenMs.set(id, nowMs);
    return nowMs;
  }

  /* Events. */

  async #startKwatch(): Promise<void> {
    const program = this.#options.kwatchProgram;
    if (program === undefined) return;
    let ready = () => {};
    const isReady = new Promise<void>((resolve) => {
      ready = resolve;
    });
    this.#reader.forgetWatches();
    this.#kwatch = new Kwatch({
      program,
      onRecords: (records) => {
        for (const record of records) {
          if (record.type === "ready") {
            this.#processEvents = record.procConnector;
            ready();
          } else this.#notice(record);
        }
      },
      onEnd: (reason) => {
        this.#kwatch = undefined;
        this.#processEvents = false;
        ready();
        this.#problem(`kwatch, which tells of changes in the kernel, is not running: ${reason}; scanning until it is`);
        void this.#restartKwatch();
      },
    });
    await Promise.race([isReady, pause(READY_TIMEOUT_MS, undefined, { signal: this.#stop.signal, ref: false })]);
  }

  async #restartKwatch(): Promise<void> {
    await pause(RESTART_AFTER_MS, undefined, { ref: false });
    if (this.#stop.signal.aborted) return;
    await this.#startKwatch();
    pendEverything(this.#turns.pending());
  }

  #notice(record: KwatchRecord): void {
    const pending = this.#turns.pending();
    switch (record.type) {
      case "fork":
        this.#ownership.forked(record.parent, record.pid, (pid) => readStat(pid)?.startTimeTicks);
        this.#noticeProcess(record.pid);
        break;
      case "exit":
        pending.ended.add(record.pid);
        this.#noticeProcess(record.pid);
        break;
      case "exec":
      case "id":
      case "sid":
      case "comm":
        this.#noticeProcess(record.pid);
        break;
      case "mounting": {
        const { lab } = this.#ownership.ofProcess(record.pid);
        if (lab !== undefined) this.#mountCommands.started(lab, record.cwd, record.argv);
        break;
      }
      case "mounts": {
        const namespace = this.#reader.namespaceWatchedThrough(record.pid);
        if (namespace !== undefined) pending.mountNamespaces.add(namespace);
        this.#hurryForLearners();
        break;
      }
      case "hostname":
        pending.hostnames = true;
        this.#hurryForLearners();
        break;
      case "cgroup":
        pending.cgroups.add(record.directory);
        this.#hurryForLearners();
        if (record.change === "write" && /^(cgroup\.procs|tasks|cgroup\.events)$/.test(record.file))
          pending.cgroupMembers.add(record.directory);
        break;
      case "lost":
        pendEverything(pending);
        break;
      case "ready":
      case "failed":
        // A process that was to be watched has ended; what cannot be watched is scanned.
        break;
    }
  }

  #noticeProcess(pid: number): void {
    this.#turns.pending().pids.add(pid);
    if (this.#ownership.ofProcess(pid).origin !== "learner") return;
    this.#turns.hurry();
    this.#settling.add(pid);
  }

  /** Look again at processes that may have done something no event tells of. */
  #look(pids: ReadonlySet<number>): void {
    const pending = this.#turns.pending();
    for (const pid of pids) pending.pids.add(pid);
  }

  /* Scans. */

  #scanLater(): void {
    const looked = this.#log.followed || this.#ownership.hasLearners;
    const waitMs = this.#processEvents ? (looked ? SCAN_MS.followed : SCAN_MS.idle) : SCAN_MS.withoutEvents;
    this.#scanTimer = setTimeout(() => {
      const pending = this.#turns.pending();
      this.#scanCount += 1;
      pending.learners = true;
      pending.usage = true;
      pending.others = OTHERS_A_SCAN;
      if (!this.#processEvents || this.#scanCount % SCANS_BETWEEN.everyPid === 0) pending.everyPid = true;
      if (this.#scanCount % SCANS_BETWEEN.everything === 0) {
        pending.everyMountTable = true;
        pending.everyCgroup = true;
        pending.hostnames = true;
      }
      this.#scanLater();
    }, waitMs);
    this.#scanTimer.unref();
  }

  #problem(message: string): void {
    if (this.#options.onProblem) this.#options.onProblem(message);
    else console.error(message);
  }
}
