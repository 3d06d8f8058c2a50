/**
 * What the page knows live: the kernel graph, the state of the lab on screen, the list of terminals, and whether the
 * agent is there. Fed by the live socket; React reads it through `use-live.ts`. Messages are folded in as they come,
 * listeners are told once a frame.
 */
import { type LabState, LiveEvent, type TerminalInfo } from "@glassbox/protocol";
import {
  EMPTY_GRAPH,
  type GraphState,
  nextExpiryMs,
  withChanges,
  withoutExpired,
  withSnapshot,
} from "../graph/model/graph.ts";
import { followRequest, judge, type LiveCursor } from "./live-cursor.ts";
import { paintClock } from "./paint-clock.ts";
import { ReconnectingSocket, type SocketStatus } from "./reconnecting-socket.ts";

export interface LiveState {
  status: SocketStatus;
  /** False until the first snapshot: an empty graph then means "not known yet", not "nothing there". */
  known: boolean;
  graph: GraphState;
  labStates: ReadonlyMap<string, LabState>;
  terminals: readonly TerminalInfo[];
  /** Last complaint of the agent about this page, if any. */
  problem: string | undefined;
}

export class LiveStore {
  #state: LiveState = {
    status: "closed",
    known: false,
    graph: EMPTY_GRAPH,
    labStates: new Map(),
    terminals: [],
    problem: undefined,
  };
  #cursor: LiveCursor;
  #watchedLab: string | undefined;
  #listeners = new Set<() => void>();
  #frame: number | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #socket = new ReconnectingSocket(
    "/ws/live",
    { for: "live" },
    {
      onOpen: (send) => {
        send(followRequest(this.#cursor));
        if (this.#watchedLab) send({ type: "watch-lab", lab: this.#watchedLab });
      },
      onMessage: (data) => this.#onMessage(data),
      onStatus: (status) => this.#set({ status }),
    },
  );

  readonly getState = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.#socket.start();
  }

  /** Connects at once instead of after the rest of the wait. */
  retry(): void {
    this.#socket.retryNow();
  }

  /** The agent sends the state of this lab from now on. */
  watchLab(lab: string): void {
    this.#watchedLab = lab;
    this.#socket.send({ type: "watch-lab", lab });
  }

  /** Takes in a lab state that came as an answer to a request. Older ones than already known are left. */
  takeLabState(state: LabState): void {
    const known = this.#state.labStates.get(state.lab);
    if (known && known.version > state.version) return;
    this.#set({ labStates: new Map(this.#state.labStates).set(state.lab, state) });
  }

  #onMessage(data: string | ArrayBuffer): void {
    if (typeof data !== "string") return;
    const event = LiveEvent.parse(JSON.parse(data));
    switch (event.type) {
      case "lab-state":
        this.takeLabState(event.state);
        return;
      case "terminals":
        this.#set({ terminals: event.terminals });
        return;
      case "problem":
        this.#set({ problem: event.message });
        return;
    }
    const verdict = judge(this.#cursor, event);
    if (verdict.act === "ask-again") this.#socket.send({ type: "follow" });
    if (verdict.act !== "apply") return;
    // A new epoch is a new agent, whose lab states are numbered from the beginning again.
    if (this.#cursor && this.#cursor.epoch !== event.epoch) this.#set({ labStates: new Map() });
    this.#cursor = verdict.cursor;
    if (event.type === "graph-snapshot") {
      this.#set({ known: true, graph: withSnapshot(this.#state.graph, event.nodes) });
    } else {
      paintClock.received(event.noticedAtMs);
      this.#set({ graph: withChanges(this.#state.graph, event.changes, Date.now()) });
    }
    this.#planExpiry();
  }

  /** Marks and ghosts end by the clock: look again when the next one is due. */
  #planExpiry(): void {
    clearTimeout(this.#expiry);
    const dueMs = nextExpiryMs(this.#state.graph);
    if (dueMs === undefined) return;
    this.#expiry = setTimeout(
      () => {
        const graph = withoutExpired(this.#state.graph, Date.now());
        if (graph !== this.#state.graph) this.#set({ graph });
        this.#planExpiry();
      },
      Math.max(50, dueMs - Date.now()),
    );
  }

  #set(part: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...part };
    // Hidden pages get no frames: tell them by timer, so that the title and screen readers stay right.
    if (this.#frame !== undefined) return;
    const tell = () => {
      this.#frame = undefined;
      for (const listener of this.#listeners) listener();
    };
    this.#frame =
      document.visibilityState === "hidden"
        ? (setTimeout(tell, 250) as unknown as number)
        : requestAnimationFrame(tell);
  }
}
