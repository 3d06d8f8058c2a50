/**
 * The kernel graph inside the agent: what labs check against and what the live socket streams. `observer.ts` keeps it
 * from kernel events and scans; a recorded one (for tests) replays a fixture. Both pass the same suite.
 */
import type { GraphChange, GraphNode, NodeId } from "@glassbox/protocol";

/** Changes that bring a graph from `fromSequence` to `sequence`. Applying a batch twice changes nothing. */
export interface GraphBatch {
  fromSequence: number;
  sequence: number;
  /** When the oldest change in the batch was noticed, in milliseconds since the epoch. */
  noticedAtMs: number;
  changes: GraphChange[];
}

export interface KernelGraph {
  /** One life of the observer: sequence numbers mean nothing across epochs. */
  readonly epoch: string;
  readonly sequence: number;
  readonly nodes: ReadonlyMap<NodeId, GraphNode>;
  /** Called after each batch has been applied to `nodes`. Returns how to stop listening. */
  subscribe(listener: (batch: GraphBatch) => void): () => void;
  /** Everything after `sequence` merged into one batch, or undefined when that is no longer kept. */
  changesSince(sequence: number): GraphBatch | undefined;
  /** Read the kernel now instead of at the next event or scan; resolves when `nodes` shows the result. */
  refresh(signal?: AbortSignal): Promise<void>;
  /** From now on `pid` and all it makes (processes, namespaces, mounts, cgroups, containers) count as that lab's learner's. */
  claim(pid: number, lab: string): void;
}
