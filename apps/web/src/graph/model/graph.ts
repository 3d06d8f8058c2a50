/**
 * The browser's copy of the kernel graph: a pure reducer from snapshot and changes to a map by id. Beside the nodes it
 * keeps what the picture needs to show change: what is new, what changed, what went a moment ago, and a short history
 * in words. `layout/` turns this into positions; `connection/live-store.ts` feeds it.
 */
import type { GraphChange, GraphNode, NodeId } from "@glassbox/protocol";
import { isNotable } from "./difference.ts";
import { narrate } from "./narrate.ts";

/** How long a thing counts as new or changed, in milliseconds: long enough to look up from the terminal. */
export const MARK_MS = 2600;
/** How long a thing that went is still drawn, fading. */
export const GHOST_MS = 1400;
/** Sentences kept; older ones are dropped, the picture is not a log. */
const HISTORY_MAX = 60;

export interface Mark {
  kind: "new" | "changed";
  atMs: number;
}

/** One thing that happened to something the learner made, in a plain sentence. */
export interface Happening {
  /** Rises by one; a stable key for lists. */
  number: number;
  atMs: number;
  text: string;
  node: NodeId;
  /** The lab it happened in. */
  lab: string | undefined;
}

export interface GraphState {
  nodes: ReadonlyMap<NodeId, GraphNode>;
  marks: ReadonlyMap<NodeId, Mark>;
  /** Learner's things that went less than GHOST_MS ago, as they last were. */
  ghosts: ReadonlyMap<NodeId, { node: GraphNode; atMs: number }>;
  history: readonly Happening[];
  /** CPUs used by a cgroup between its last two readings: 0.5 is half of one CPU. */
  cpuUse: ReadonlyMap<NodeId, number>;
  /** When each cgroup's CPU time was last read, for the next difference. */
  cpuReadAtMs: ReadonlyMap<NodeId, number>;
}

export const EMPTY_GRAPH: GraphState = {
  nodes: new Map(),
  marks: new Map(),
  ghosts: new Map(),
  history: [],
  cpuUse: new Map(),
  cpuReadAtMs: new Map(),
};

/** Replaces every node. Nothing is marked: after being away, everything would flash at once. History is kept. */
export function withSnapshot(state: GraphState, nodes: readonly GraphNode[]): GraphState {
  return { ...EMPTY_GRAPH, nodes: new Map(nodes.map((node) => [node.id, node])), history: state.history };
}

/** Applies changes in order. Applying the same ones twice gives the same nodes and no second mark. */
export function withChanges(state: GraphState, changes: readonly GraphChange[], nowMs: number): GraphState {
  const nodes = new Map(state.nodes);
  const marks = new Map(state.marks);
  const ghosts = new Map(state.ghosts);
  const cpuUse = new Map(state.cpuUse);
  const cpuReadAtMs = new Map(state.cpuReadAtMs);
  const history = [...state.history];
  const quiet = quietNamespaces(changes);

  for (const change of changes) {
    const id = change.op === "put" ? change.node.id : change.id;
    const before = nodes.get(id);
    const sentence = narrate(before, change.op === "put" ? change.node : undefined, state.nodes, quiet);
    if (change.op === "put") {
      nodes.set(id, change.node);
      ghosts.delete(id);
      const noticed = before === undefined || (change.node.origin === "learner" && isNotable(before, change.node));
      if (noticed) marks.set(id, { kind: before ? "changed" : "new", atMs: nowMs });
      readCpu(before, change.node, nowMs, cpuUse, cpuReadAtMs);
    } else if (before) {
      nodes.delete(id);
      marks.delete(id);
      cpuUse.delete(id);
      cpuReadAtMs.delete(id);
      if (before.origin === "learner") ghosts.set(id, { node: before, atMs: nowMs });
    }
    if (sentence) {
      const lab = (change.op === "put" ? change.node : before)?.lab;
      history.push({ number: (history.at(-1)?.number ?? 0) + 1, atMs: nowMs, text: sentence, node: id, lab });
    }
  }
  return {
    nodes,
    marks: sameOr(state.marks, marks),
    ghosts: sameOr(state.ghosts, ghosts),
    history: history.length === state.history.length ? state.history : history.slice(-HISTORY_MAX),
    cpuUse: sameOr(state.cpuUse, cpuUse),
    cpuReadAtMs,
  };
}

/** Drops marks and ghosts that have had their moment. Returns the same object when there are none. */
export function withoutExpired(state: GraphState, nowMs: number): GraphState {
  const marks = kept(state.marks, nowMs - MARK_MS);
  const ghosts = kept(state.ghosts, nowMs - GHOST_MS);
  return marks === state.marks && ghosts === state.ghosts ? state : { ...state, marks, ghosts };
}

/** When `withoutExpired` will next have something to do, in milliseconds since the epoch. */
export function nextExpiryMs(state: GraphState): number | undefined {
  let next = Number.POSITIVE_INFINITY;
  for (const mark of state.marks.values()) next = Math.min(next, mark.atMs + MARK_MS);
  for (const ghost of state.ghosts.values()) next = Math.min(next, ghost.atMs + GHOST_MS);
  return Number.isFinite(next) ? next : undefined;
}

/** The old map when the new one holds the same: what is computed from it need not be computed again. */
function sameOr<T>(old: ReadonlyMap<NodeId, T>, fresh: ReadonlyMap<NodeId, T>): ReadonlyMap<NodeId, T> {
  if (old.size !== fresh.size) return fresh;
  for (const [id, value] of fresh) if (old.get(id) !== value) return fresh;
  return old;
}

function kept<T extends { atMs: number }>(map: ReadonlyMap<NodeId, T>, sinceMs: number): ReadonlyMap<NodeId, T> {
  for (const value of map.values()) {
    if (value.atMs <= sinceMs) return new Map([...map].filter(([, each]) => each.atMs > sinceMs));
  }
  return map;
}

/** More mounts than this at once in one namespace is a copied or dying namespace, not somebody mounting things. */
const MOUNTS_BY_HAND_MAX = 3;

function quietNamespaces(changes: readonly GraphChange[]): Set<NodeId> {
  const mountsOf = new Map<NodeId, number>();
  const quiet = new Set<NodeId>();
  for (const change of changes) {
    if (change.op === "remove") {
      const namespace = /^mount:(\d+):/.exec(change.id)?.[1];
      if (namespace) count(`ns:mnt:${namespace}`);
    } else if (change.node.kind === "mount") count(change.node.namespace);
  }
  return quiet;

  function count(namespace: NodeId) {
    const mounts = (mountsOf.get(namespace) ?? 0) + 1;
    mountsOf.set(namespace, mounts);
    if (mounts > MOUNTS_BY_HAND_MAX) quiet.add(namespace);
  }
}

function readCpu(
  before: GraphNode | undefined,
  after: GraphNode,
  nowMs: number,
  cpuUse: Map<NodeId, number>,
  cpuReadAtMs: Map<NodeId, number>,
): void {
  if (after.kind !== "cgroup" || after.usage.cpuUsageUs === undefined) return;
  const readAtMs = cpuReadAtMs.get(after.id);
  const usedBeforeUs = before?.kind === "cgroup" ? before.usage.cpuUsageUs : undefined;
  if (readAtMs !== undefined && usedBeforeUs !== undefined && nowMs > readAtMs) {
    cpuUse.set(after.id, Math.max(0, (after.usage.cpuUsageUs - usedBeforeUs) / 1000 / (nowMs - readAtMs)));
  }
  cpuReadAtMs.set(after.id, nowMs);
}
