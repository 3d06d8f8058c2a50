/**
 * A live observer for one test, the shells it watches, and waiting for the graph to show something. Most tests run it
 * without its scan: what they then see was caused by kernel events alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { GraphNode, NodeKind } from "@glassbox/protocol";
import { nativeProgram } from "@glassbox/runtime/kernel";
import { Observer, type ObserverOptions } from "../../../apps/agent/src/observe/observer.ts";

/** Far above what a busy machine needs: it ends a test that would hang, and is no promise of speed. */
const PATIENCE_MS = 30_000;

export type NodeOf<Kind extends NodeKind> = Extract<GraphNode, { kind: Kind }>;

/** Why this machine cannot run these tests, or false. */
export const cannotObserve: string | false =
  process.getuid?.() === 0 ? false : "needs root: namespaces, mounts and the kernel's process events";

/** It is that program: the kernel gives it its name before its arguments, and a look may fall in between. */
export function hasBecome(node: NodeOf<"process">, program: string): boolean {
  return node.comm === program && node.argv[0] === program;
}

export class LiveGraph {
  readonly observer: Observer;
  readonly #children = new Set<ChildProcess>();

  private constructor(observer: Observer) {
    this.observer = observer;
  }

  static async open(options: ObserverOptions = { scan: false }): Promise<LiveGraph> {
    return new LiveGraph(await Observer.start({ kwatchProgram: nativeProgram("kwatch"), ...options }));
  }

  /** A shell in a group of its own that runs what it is told line by line, as a lab's terminal does; claimed for `lab` when that is given. */
  async shell(lab?: string): Promise<Shell> {
    const child = spawn("sh", [], { stdio: ["pipe", "pipe", "inherit"], cwd: "/", detached: true });
    this.#children.add(child);
    await once(child, "spawn");
    const shell = new Shell(child);
    if (lab !== undefined) this.observer.claim(shell.pid, lab);
    return shell;
  }

  find<Kind extends NodeKind>(kind: Kind, wanted: (node: NodeOf<Kind>) => boolean): NodeOf<Kind> | undefined {
    for (const node of this.observer.nodes.values())
      if (node.kind === kind && wanted(node as NodeOf<Kind>)) return node as NodeOf<Kind>;
    return undefined;
  }

  /** The first node of the kind that is as wanted, when the graph shows it. @throws after 30 s, saying what was awaited */
  seen<Kind extends NodeKind>(
    kind: Kind,
    what: string,
    wanted: (node: NodeOf<Kind>) => boolean,
  ): Promise<NodeOf<Kind>> {
    return this.#until(`${kind} ${what} to be seen`, () => this.find(kind, wanted));
  }

  /** When the graph shows no such node any more. */
  async gone<Kind extends NodeKind>(kind: Kind, what: string, wanted: (node: NodeOf<Kind>) => boolean): Promise<void> {
    await this.#until(`${kind} ${what} to be gone`, () => this.find(kind, wanted) === undefined || undefined);
  }

  process(pid: number): Promise<NodeOf<"process">> {
    return this.seen("process", String(pid), (node) => node.pid === pid);
  }

  async close(): Promise<void> {
    // A shell's background programs outlive it: end whatever the graph says came from this test's labs.
    for (const node of this.observer.nodes.values()) {
      if (node.kind === "process" && node.lab !== undefined && node.state !== "Z") killIfThere(node.pid);
    }
    for (const child of this.#children) {
      if (child.pid !== undefined) killIfThere(-child.pid); // its process group: what it started unclaimed
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    await this.observer.close();
  }

  #until<Found>(what: string, look: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const found = look();
      if (found !== undefined) return resolve(found);
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`Waited ${PATIENCE_MS} ms for ${what}`));
      }, PATIENCE_MS);
      const stop = this.observer.subscribe(() => {
        const now = look();
        if (now === undefined) return;
        clearTimeout(timer);
        stop();
        resolve(now);
      });
    });
  }
}

export class Shell {
  readonly #child: ChildProcess;
  #output = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on("data", (bytes: Buffer) => {
      this.#output += bytes.toString();
      child.emit("said");
    });
    child.once("close", () => child.emit("said"));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Run one command in the shell and resolve to what it printed, once it has ended. @throws when it or the shell fails */
  async run(command: string): Promise<string> {
    const mark = `--end-${process.hrtime.bigint()}--`;
    this.#output = "";
    this.#child.stdin?.write(`${command}\necho ${mark}$?\n`);
    while (!/--end-\d+--\d+\n/.test(this.#output)) {
      await once(this.#child, "said");
      if (this.#child.exitCode !== null) throw new Error(`The shell ended during "${command}": ${this.#output}`);
    }
    const at = this.#output.indexOf(mark);
    const status = this.#output.slice(at + mark.length).trim();
    if (status !== "0") throw new Error(`"${command}" ended with ${status}: ${this.#output}`);
    return this.#output.slice(0, at).trim();
  }

  /** Start a command in the background; resolves to its pid. */
  async start(command: string): Promise<number> {
    return Number(await this.run(`${command} >/dev/null 2>&1 & echo $!`));
  }

  /** Write a line and do not wait: for programs that take over the shell's input. Wait for these before the next line. */
  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }
}

/** Body of a test with an observer that is closed whatever happens. */
export function withGraph(body: (live: LiveGraph) => Promise<void>, options?: ObserverOptions): () => Promise<void> {
  return async () => {
    const live = await LiveGraph.open(options);
    try {
      await body(live);
    } finally {
      await live.close();
    }
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}
