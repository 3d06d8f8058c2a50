/**
 * One browser on the live socket. There is never more than one message on its way to it, and of the graph it is only
 * remembered up to which number it has been sent: what happens meanwhile comes merged with the next message. So a slow
 * browser gets fewer and larger messages and costs no queue. The protocol is `packages/protocol/src/live.ts`.
 */
import { type LabState, type LiveEvent, LiveRequest, type TerminalInfo } from "@glassbox/protocol";
import { messageOf } from "@glassbox/runtime/base";
import type { WebSocket } from "ws";
import type { KernelGraph } from "../observe/kernel-graph.ts";
import type { LabsBackend, TerminalsBackend } from "./backend.ts";
import { receiveMessages } from "./socket-messages.ts";

/** Requests come when a page opens, reconnects, or changes lab. */
const REQUEST_RATE = { burst: 20, perSecond: 5 };

export interface LiveSources {
  graph: KernelGraph;
  labs: Pick<LabsBackend, "state" | "subscribe">;
  terminals: Pick<TerminalsBackend, "list" | "subscribe">;
}

/** Serves the socket until it closes. */
export function serveLive(socket: WebSocket, sources: LiveSources): void {
  const feed = new LiveFeed(sources, (event, whenSent) => socket.send(JSON.stringify(event), whenSent));
  socket.on("close", () => feed.close());
  receiveMessages(socket, LiveRequest, REQUEST_RATE, (request) => feed.request(request));
}

/** The logic of `serveLive` without the socket. `send` calls `whenSent` when the message has left this process. */
export class LiveFeed {
  readonly #sources: LiveSources;
  readonly #send: (event: LiveEvent, whenSent: () => void) => void;
  /** How far the browser has been sent the graph; undefined when it is to get a snapshot. */
  #sentTo: number | undefined;
  #following = false;
  /** A `follow` is answered even when nothing was missed, so that the browser knows it is up to date. */
  #answerDue = false;
  #graphsTurn = false;
  /** What is not graph and not sent yet, the newest of each. */
  readonly #news: { problem?: string; labState?: LabState; terminals?: TerminalInfo[] } = {};
  #watchedLab: string | undefined;
  #sending = false;
  #closed = false;
  #unsubscribes: Array<() => void> = [];

  constructor(sources: LiveSources, send: (event: LiveEvent, whenSent: () => void) => void) {
    this.#sources = sources;
    this.#send = send;
  }

  request(request: LiveRequest): void {
    if (request.type === "watch-lab") this.#watchLab(request.lab);
    else this.#follow(request.epoch, request.sequence);
    this.#sendNext();
  }

  close(): void {
    this.#closed = true;
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
    this.#unsubscribes = [];
  }

  #follow(epoch: string | undefined, sequence: number | undefined): void {
    this.#sentTo = epoch === this.#sources.graph.epoch ? sequence : undefined;
    this.#answerDue = true;
    this.#graphsTurn = false; // so that the graph is what comes next
    this.#news.terminals = this.#sources.terminals.list();
    if (!this.#following) this.#subscribe();
    this.#following = true;
  }

  #subscribe(): void {
    const { graph, labs, terminals } = this.#sources;
    this.#unsubscribes = [
      graph.subscribe(() => this.#sendNext()),
      labs.subscribe((state) => {
        if (state.lab !== this.#watchedLab) return;
        this.#news.labState = state;
        this.#sendNext();
      }),
      terminals.subscribe((list) => {
        this.#news.terminals = list;
        this.#sendNext();
      }),
    ];
  }

  #watchLab(lab: string): void {
    try {
      this.#news.labState = this.#sources.labs.state(lab);
      this.#watchedLab = lab;
    } catch (error) {
      this.#news.problem = messageOf(error);
    }
  }

  #sendNext(): void {
    if (this.#sending || this.#closed) return;
    const event = this.#takeNext();
    if (!event) return;
    this.#sending = true;
    this.#send(event, () => {
      this.#sending = false;
      this.#sendNext();
    });
  }

  /** Graph and the rest take turns, so that neither keeps the other from a slow browser. */
  #takeNext(): LiveEvent | undefined {
    this.#graphsTurn = !this.#graphsTurn;
    return this.#graphsTurn ? (this.#takeGraph() ?? this.#takeNews()) : (this.#takeNews() ?? this.#takeGraph());
  }

  #takeGraph(): LiveEvent | undefined {
    const { graph } = this.#sources;
    if (!this.#answerDue && (!this.#following || this.#sentTo === graph.sequence)) return undefined;
    this.#answerDue = false;
    const missed = this.#sentTo === undefined ? undefined : graph.changesSince(this.#sentTo);
    this.#sentTo = graph.sequence;
    if (missed) return { type: "graph-changes", epoch: graph.epoch, ...missed };
    return { type: "graph-snapshot", epoch: graph.epoch, sequence: graph.sequence, nodes: [...graph.nodes.values()] };
  }

  #takeNews(): LiveEvent | undefined {
    const { problem, labState: state, terminals } = this.#news;
    if (problem !== undefined) {
      delete this.#news.problem;
      return { type: "problem", message: problem };
    }
    if (state) {
      delete this.#news.labState;
      return { type: "lab-state", state };
    }
    delete this.#news.terminals;
    return terminals && { type: "terminals", terminals };
  }
}
