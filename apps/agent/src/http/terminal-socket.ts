/**
 * One browser on one terminal. Output passes through as binary frames as far as it has been acknowledged; what is typed
 * passes in if the session's role may type. The protocol is `packages/protocol/src/terminal.ts`, the terminal itself
 * `terminal/terminal.ts`.
 */
import { INPUT_MAX_BYTES, type TerminalNotice, TerminalRequest } from "@glassbox/protocol";
import { messageOf } from "@glassbox/runtime/base";
import type { WebSocket } from "ws";
import type { TerminalsBackend } from "./backend.ts";
import { may, type Role } from "./roles.ts";
import { CLOSE, closeWith, receiveMessages } from "./socket-messages.ts";

/** Fast typing is ~20 a second; acknowledgements of a 100 MB/s flood, one each 64 KB, are ~1600. */
const REQUEST_RATE = { burst: 4000, perSecond: 2000 };
/** JSON writes a control character in six bytes. */
export const TERMINAL_REQUEST_MAX_BYTES = 6 * INPUT_MAX_BYTES + 1024;

type TerminalAccess = Pick<TerminalsBackend, "list" | "follow" | "input" | "resize" | "interrupt">;
type Request<Type> = Extract<TerminalRequest, { type: Type }>;

/** Serves the socket until it closes. */
export function serveTerminal(socket: WebSocket, terminals: TerminalAccess, id: string, role: Role): void {
  const client = new TerminalClient(socket, terminals, id, role);
  socket.on("close", () => client.close());
  receiveMessages(socket, TerminalRequest, REQUEST_RATE, (request) => client.request(request));
}

class TerminalClient {
  readonly #socket: WebSocket;
  readonly #terminals: TerminalAccess;
  readonly #id: string;
  readonly #role: Role;
  #following: ReturnType<TerminalsBackend["follow"]> | undefined;
  /** Output up to here has left this process. */
  #flushedTo = 0;
  /** What the browser says it has parsed up to. */
  #acknowledgedTo = 0;

  constructor(socket: WebSocket, terminals: TerminalAccess, id: string, role: Role) {
    this.#socket = socket;
    this.#terminals = terminals;
    this.#id = id;
    this.#role = role;
  }

  request(request: TerminalRequest): void {
    if ((request.type === "attach") !== (this.#following === undefined)) {
      closeWith(this.#socket, CLOSE.policy, `"attach" is the first message, and only the first`);
      return;
    }
    try {
      this.#carryOut(request);
    } catch (error) {
      this.#notice({ type: "refused", message: messageOf(error) });
      if (!this.#following) closeWith(this.#socket, CLOSE.policy, messageOf(error));
    }
  }

  close(): void {
    this.#following?.stop();
  }

  #carryOut(request: TerminalRequest): void {
    if (request.type === "attach") this.#attach(request);
    else if (request.type === "ack") {
      this.#acknowledgedTo = Math.max(this.#acknowledgedTo, request.upToByte);
      this.#passOnAcknowledgement();
    } else if (may(this.#role, "work")) this.#type(request);
    else if (request.type !== "resize") {
      this.#notice({ type: "refused", message: `Cannot type here: a ${this.#role} only watches` });
    } // who only watches sees the size that those who type have chosen
  }

  #type(request: Request<"input" | "resize" | "interrupt">): void {
    if (request.type === "input") this.#terminals.input(this.#id, request.data);
    else if (request.type === "resize") this.#terminals.resize(this.#id, request.columns, request.rows);
    else this.#terminals.interrupt(this.#id);
  }

  #attach({ fromByte, columns, rows }: Request<"attach">): void {
    if (may(this.#role, "work")) this.#terminals.resize(this.#id, columns, rows);
    const following = this.#terminals.follow(this.#id, fromByte, {
      onOutput: (from, bytes) => {
        const upTo = from + bytes.length;
        this.#socket.send(bytes, { binary: true }, () => {
          this.#flushedTo = Math.max(this.#flushedTo, upTo);
          this.#passOnAcknowledgement();
        });
      },
      onEnded: (reason) => this.#notice({ type: "ended", reason }),
      onStalled: () =>
        closeWith(this.#socket, CLOSE.tryLater, "Nothing was acknowledged for long; connect again to go on"),
    });
    this.#following = following;
    const terminal = this.#terminals.list().find(({ id }) => id === this.#id);
    if (terminal) this.#notice({ type: "attached", fromByte: following.fromByte, terminal });
  }

  /** Only what has left can have been parsed: else a browser that lies about it could fill our memory. */
  #passOnAcknowledgement(): void {
    this.#following?.ack(Math.min(this.#acknowledgedTo, this.#flushedTo));
  }

  #notice(notice: TerminalNotice): void {
    this.#socket.send(JSON.stringify(notice));
  }
}
