/**
 * A kernel graph without a kernel: fed by hand or from recorded nodes, for tests of what reads a graph (lab checks, the
 * live socket) and for looking at a graph from elsewhere. It passes the same suite as the observer.
 */
import { type GraphChange, GraphNode, type NodeId } from "@glassbox/protocol";
import { GlassboxError } from "@glassbox/runtime/base";
import { diff } from "./diff.ts";
import { GraphLog } from "./graph-log.ts";
import type { GraphBatch, KernelGraph } from "./kernel-graph.ts";

export class RecordedGraph implements KernelGraph {
  readonly #log = new GraphLog();
  /** Claims made, by pid, for a test to look at. */
  readonly claims = new Map<number, string>();

  constructor(nodes: Iterable<GraphNode> = []) {
    this.show(nodes);
  }

  /**
   * From a recording: one node a line, as `glassbox graph --json` prints them.
   * @throws GlassboxError "invalid argument" for a line that is no node
   */
  static parse(text: string): RecordedGraph {
    const nodes = text.split("\n").flatMap((line, index) => {
      if (line.trim() === "") return [];
      try {
        return [GraphNode.parse(JSON.parse(line))];
      } catch (cause) {
        throw new GlassboxError("invalid argument", `Line ${index + 1} of the recording is no graph node`, { cause });
      }
    });
    return new RecordedGraph(nodes);
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

  subscribe(listener: (batch: GraphBatch) => void): () => void {
    return this.#log.subscribe(listener);
  }

  changesSince(sequence: number): GraphBatch | undefined {
    return this.#log.changesSince(sequence);
  }

  /** Make these changes, as one batch. */
  change(changes: GraphChange[], noticedAtMs: number = Date.now()): void {
    this.#log.apply(changes, noticedAtMs);
  }

  /** Show exactly these nodes from now on; what differs becomes one batch. */
  show(nodes: Iterable<GraphNode>): void {
    const after = new Map([...nodes].map((node) => [node.id, node]));
    this.#log.apply(diff(this.#log.nodes, after), Date.now());
  }

  /** There is no kernel to read. */
  async refresh(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw new GlassboxError("cancelled", "Cannot wait for the kernel graph: the caller gave up");
  }

  /** Marks the process, if it is recorded, and its recorded descendants as the learner's. */
  claim(pid: number, lab: string): void {
    this.claims.set(pid, lab);
    const claimed = new Set<NodeId>();
    const changes: GraphChange[] = [];
    const processes = [...this.nodes.values()].filter((node) => node.kind === "process");
    for (let before = -1; before !== claimed.size; ) {
      before = claimed.size;
      for (const node of processes) {
        if (claimed.has(node.id) || !(node.pid === pid || claimed.has(node.parent ?? ""))) continue;
        claimed.add(node.id);
        changes.push({ op: "put", node: { ...node, origin: "learner", lab } });
      }
    }
    this.#log.apply(changes, Date.now());
  }
}
