/**
 * The door for WebSockets: every upgrade passes Host, Origin, session, ticket and count before there is a socket at all.
 * Behind it `live-socket.ts` and `terminal-socket.ts` serve. A peer that does not answer pings is cut off, because TCP
 * alone would keep a vanished laptop's socket for many minutes.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { LIVE_REQUEST_MAX_BYTES } from "@glassbox/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import type { TerminalsBackend } from "./backend.ts";
import { type LiveSources, serveLive } from "./live-socket.ts";
import type { Session, Sessions, TicketPurpose } from "./sessions.ts";
import { CLOSE } from "./socket-messages.ts";
import { serveTerminal, TERMINAL_REQUEST_MAX_BYTES } from "./terminal-socket.ts";

/** A page has one live socket and one a terminal; this is a few pages full of terminals. */
const SOCKETS_PER_SESSION_MAX = 32;
const PING_EVERY_MS = 15_000;
/** How long a peer may take over the closing handshake when the agent ends. */
const CLOSING_GRACE_MS = 500;

export interface SocketSources extends LiveSources {
  terminals: TerminalsBackend;
}

/** Why an upgrade was refused. */
export interface UpgradeRefusal {
  status: number;
  message: string;
}

export class Sockets {
  readonly #sessions: Sessions;
  readonly #sources: SocketSources;
  readonly #open = new Map<WebSocket, { session: Session; answered: boolean }>();
  readonly #live = new WebSocketServer({ noServer: true, maxPayload: LIVE_REQUEST_MAX_BYTES });
  readonly #terminal = new WebSocketServer({ noServer: true, maxPayload: TERMINAL_REQUEST_MAX_BYTES });
  readonly #pings: NodeJS.Timeout;

  constructor(sessions: Sessions, sources: SocketSources) {
    this.#sessions = sessions;
    this.#sources = sources;
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS);
    this.#pings.unref();
  }

  /** Opens the socket, or says why not. Host and Origin have been checked; `session` is from the cookie. */
  upgrade(
    request: IncomingMessage,
    connection: Duplex,
    head: Buffer,
    url: URL,
    session: Session,
  ): UpgradeRefusal | undefined {
    const wanted = url.pathname === "/ws/live" ? "live" : url.pathname === "/ws/terminal" ? "terminal" : undefined;
    if (!wanted) return { status: 404, message: `There is no socket at "${url.pathname}"` };
    if (this.#countOf(session) >= SOCKETS_PER_SESSION_MAX) {
      return {
        status: 429,
        message: `This browser has ${SOCKETS_PER_SESSION_MAX} sockets open, and no more are allowed`,
      };
    }
    const purpose = this.#sessions.redeemTicket(session, url.searchParams.get("ticket") ?? "");
    if (purpose?.for !== wanted)
      return { status: 403, message: "The ticket is unknown, used, too old or for something else" };
    const server = wanted === "live" ? this.#live : this.#terminal;
    server.handleUpgrade(request, connection, head, (socket) => this.#serve(socket, session, purpose));
    return undefined;
  }

  /** Closes all, politely for half a second. */
  async close(): Promise<void> {
    clearInterval(this.#pings);
    const closed = [...this.#open.keys()].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of this.#open.keys()) socket.close(CLOSE.going, "Glassbox has ended");
    const cutOff = setTimeout(() => this.#cutOff(), CLOSING_GRACE_MS);
    await Promise.all(closed);
    clearTimeout(cutOff);
  }

  #serve(socket: WebSocket, session: Session, purpose: TicketPurpose): void {
    const entry = { session, answered: true };
    this.#open.set(socket, entry);
    socket.on("pong", () => {
      entry.answered = true;
    });
    socket.on("close", () => this.#open.delete(socket));
    socket.on("error", () => {}); // oversized or broken frames: ws has closed it with the fitting code already
    if (purpose.for === "live") serveLive(socket, this.#sources);
    else serveTerminal(socket, this.#sources.terminals, purpose.terminal, session.role);
  }

  #countOf(session: Session): number {
    return [...this.#open.values()].filter((entry) => entry.session === session).length;
  }

  #ping(): void {
    for (const [socket, entry] of this.#open) {
      if (entry.answered) socket.ping();
      else socket.terminate();
      entry.answered = false;
    }
  }

  #cutOff(): void {
    for (const socket of this.#open.keys()) socket.terminate();
  }
}
