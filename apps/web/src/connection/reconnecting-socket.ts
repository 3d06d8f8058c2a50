/**
 * One WebSocket that comes back: fetches a single-use ticket, opens, and after a loss tries again with growing waits,
 * at once when the network or the page returns. Used by the live stream and by every terminal.
 */
import type { TicketRequest } from "@glassbox/protocol";
import { api, isSignedOut } from "./api.ts";
import { backoffMs } from "./backoff.ts";

export type SocketStatus = "connecting" | "open" | "waiting" | "signed-out" | "closed";

export interface SocketEvents {
  onOpen(send: (message: unknown) => void): void;
  onMessage(data: string | ArrayBuffer): void;
  onStatus(status: SocketStatus): void;
}

export class ReconnectingSocket {
  #path: string;
  #request: TicketRequest;
  #events: SocketEvents;
  #socket: WebSocket | undefined;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #status: SocketStatus = "closed";
  /** Rises with each attempt, so that answers to an abandoned one are ignored. */
  #attempt = 0;

  /** `path` is the socket's path on our own origin, such as `/ws/live`. Call `start` to connect. */
  constructor(path: string, request: TicketRequest, events: SocketEvents) {
    this.#path = path;
    this.#request = request;
    this.#events = events;
  }

  get status(): SocketStatus {
    return this.#status;
  }

  start(): void {
    if (this.#status !== "closed") return;
    window.addEventListener("online", this.retryNow);
    document.addEventListener("visibilitychange", this.retryNow);
    void this.#connect();
  }

  /** Closes for good: no more events, nothing left listening. */
  stop(): void {
    window.removeEventListener("online", this.retryNow);
    document.removeEventListener("visibilitychange", this.retryNow);
    clearTimeout(this.#retry);
    this.#attempt += 1;
    this.#socket?.close();
    this.#socket = undefined;
    this.#status = "closed";
  }

  /** Skips the rest of a wait. Does nothing when not waiting. */
  readonly retryNow = (): void => {
    if (this.#status !== "waiting" || document.visibilityState === "hidden") return;
    clearTimeout(this.#retry);
    void this.#connect();
  };

  /** Sends when open; returns false, having sent nothing, when not. */
  send(message: unknown): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  async #connect(): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#become("connecting");
    let ticket: string;
    try {
      ticket = await api.ticket(this.#request);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (isSignedOut(error)) this.#become("signed-out");
      else this.#wait();
      return;
    }
    if (attempt !== this.#attempt) return;
    const url = new URL(this.#path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("ticket", ticket);
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      if (attempt !== this.#attempt) return;
      this.#failures = 0;
      this.#become("open");
      this.#events.onOpen((message) => this.send(message));
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (attempt === this.#attempt) this.#events.onMessage(event.data);
    };
    socket.onclose = () => {
      if (attempt === this.#attempt) this.#wait();
    };
  }

  #wait(): void {
    this.#socket = undefined;
    this.#failures += 1;
    this.#become("waiting");
    this.#retry = setTimeout(() => void this.#connect(), backoffMs(this.#failures, Math.random()));
  }

  #become(status: SocketStatus): void {
    this.#status = status;
    this.#events.onStatus(status);
  }
}
