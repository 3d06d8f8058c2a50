/**
 * The graph with its history: nodes, a number that rises with every change, who listens, and what is needed to bring
 * someone who was away up to date. Both the observer and the recorded graph are one of these with something that feeds it.
 *
 * Instead of a list of past changes it keeps, per node, the number of its latest change, and the removed ids of a
 * while: catching up is then "every node changed since", merged by construction, and a node that changes every second
 * for a week still counts once.
 */
import { randomUUID } from "node:crypto";
import type { GraphChange, GraphNode, NodeId } from "@glassbox/protocol";
import type { GraphBatch } from "./kernel-graph.ts";

/**
 * Removed ids remembered. Who is further behind than this gets a snapshot, which is smaller by then.
 * Some 60 bytes each, so half a megabyte; at 100 short processes a second, a minute and a half.
 */
const REMOVALS_KEPT = 8192;

interface Mark {
  sequence: number;
  noticedAtMs: number;
}

export class GraphLog {
  readonly epoch: string = randomUUID();
  readonly #nodes = new Map<NodeId, GraphNode>();
  /** Latest change of every node that is there. */
  readonly #marks = new Map<NodeId, Mark>();
  /** Oldest first, because a Map keeps the order of insertion. */
  readonly #removals = new Map<NodeId, Mark>();
  readonly #listeners = new Set<(batch: GraphBatch) => void>();
  readonly #removalsKept: number;
  #sequence = 0;
  /** Below this sequence, removals have been forgotten. */
  #oldestKept = 0;

  constructor(options: { removalsKept?: number } = {}) {
    this.#removalsKept = options.removalsKept ?? REMOVALS_KEPT;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get nodes(): ReadonlyMap<NodeId, GraphNode> {
    return this.#nodes;
  }

  get followed(): boolean {
    return this.#listeners.size > 0;
  }

  subscribe(listener: (batch: GraphBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Make these changes and tell the listeners. No changes is no batch. */
  apply(changes: GraphChange[], noticedAtMs: number): void {
    if (changes.length === 0) return;
    const fromSequence = this.#sequence;
    for (const change of changes) {
      const mark = { sequence: ++this.#sequence, noticedAtMs };
      if (change.op === "put") {
        this.#nodes.set(change.node.id, change.node);
        this.#marks.set(change.node.id, mark);
        this.#removals.delete(change.node.id);
      } else {
        this.#nodes.delete(change.id);
        this.#marks.delete(change.id);
        this.#removals.delete(change.id);
        this.#removals.set(change.id, mark);
      }
    }
    for (const [id, mark] of this.#removals) {
      if (this.#removals.size <= this.#removalsKept) break;
      this.#removals.delete(id);
      this.#oldestKept = mark.sequence;
    }
    const batch = { fromSequence, sequence: this.#sequence, noticedAtMs, changes };
    for (const listener of this.#listeners) listener(batch);
  }

  changesSince(sequence: number): GraphBatch | undefined {
    if (sequence < this.#oldestKept || sequence > this.#sequence) return undefined;
    const changes: GraphChange[] = [];
    let noticedAtMs = Number.POSITIVE_INFINITY;
    for (const [id, mark] of this.#removals) {
      if (mark.sequence <= sequence) continue;
      changes.push({ op: "remove", id });
      noticedAtMs = Math.min(noticedAtMs, mark.noticedAtMs);
    }
    for (const [id, node] of this.#nodes) {
      const mark = this.#marks.get(id);
      if (!mark || mark.sequence <= sequence) continue;
      changes.push({ op: "put", node });
      noticedAtMs = Math.min(noticedAtMs, mark.noticedAtMs);
    }
    if (changes.length === 0) noticedAtMs = Date.now();
    return { fromSequence: sequence, sequence: this.#sequence, noticedAtMs, changes };
  }
}
