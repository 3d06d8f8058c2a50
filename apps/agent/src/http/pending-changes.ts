/**
 * What a slow browser has still to be told about the graph. Instead of a queue, one change a node: a later change of
 * the same node takes the place of the earlier one, so that waiting costs no more than the graph is large. When even that
 * grows past the bound (a machine full of short-lived processes), a new snapshot is the shorter story.
 */
import type { GraphChange } from "@glassbox/protocol";
import type { GraphBatch } from "../observe/kernel-graph.ts";

export class PendingChanges {
  readonly #maxNodes: number;
  readonly #byNode = new Map<string, GraphChange>();
  #span: Omit<GraphBatch, "changes"> | undefined;
  #wantsSnapshot = false;

  constructor(maxNodes: number) {
    this.#maxNodes = maxNodes;
  }

  /** Add a batch that follows on those already here. */
  add(batch: GraphBatch): void {
    if (this.#wantsSnapshot) return;
    for (const change of batch.changes) {
      const id = change.op === "put" ? change.node.id : change.id;
      this.#byNode.delete(id); // so that it moves to the end: a node comes after what it refers to
      this.#byNode.set(id, change);
    }
    this.#span = {
      fromSequence: this.#span?.fromSequence ?? batch.fromSequence,
      sequence: batch.sequence,
      noticedAtMs: Math.min(this.#span?.noticedAtMs ?? batch.noticedAtMs, batch.noticedAtMs),
    };
    if (this.#byNode.size > this.#maxNodes) this.askSnapshot();
  }

  /** Forget the changes: the browser gets everything anew. */
  askSnapshot(): void {
    this.#byNode.clear();
    this.#wantsSnapshot = true;
  }

  /** Everything as one batch, "snapshot" when asked for or when there was too much to keep, undefined when there is nothing. Empties it. */
  take(): GraphBatch | "snapshot" | undefined {
    const taken = this.#wantsSnapshot
      ? ("snapshot" as const)
      : this.#span && { ...this.#span, changes: [...this.#byNode.values()] };
    this.#byNode.clear();
    this.#span = undefined;
    this.#wantsSnapshot = false;
    return taken;
  }
}
