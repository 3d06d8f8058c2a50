/**
 * The agent's only door: one origin that serves the pages, the API and the sockets. The agent is a root shell behind a
 * socket, so every request passes the same checks in the same order before anything is done: whose name it came under,
 * which page sent it, which session it has, how many there were. Read next: `api.ts`, `sockets.ts`, `static-files.ts`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { GlassboxError } from "@glassbox/runtime/base";
import type { KernelGraph } from "../observe/kernel-graph.ts";
import { type ApiBackends, answerApi, sendJson } from "./api.ts";
import { type BoundAddress, isOwnHost, isOwnOrigin } from "./own-names.ts";
import { noSessionPage } from "./plain-pages.ts";
import { HttpProblem, problemOf } from "./problem.ts";
import { RateLimiter } from "./rate-limit.ts";
import { type Session, Sessions, type Tokens } from "./sessions.ts";
import { Sockets } from "./sockets.ts";
import { StaticFiles } from "./static-files.ts";

/** Opening a lab's page loads about a hundred files at once; nobody keeps that up. */
const REQUEST_RATE = { burst: 600, perSecond: 100 };
const CONNECTIONS_MAX = 512;
const HEADERS_MAX_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** On every answer. `same-origin` because the first URL holds the token, which is nobody else's business. */
const SAFETY_HEADERS = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export interface ServerOptions extends Omit<ApiBackends, "sessions"> {
  graph: KernelGraph;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Further names or `name:port` pairs people reach us by. */
  allowHosts: readonly string[];
  /** The web app's static export. */
  webDir: string;
  tokens: Tokens;
  /** Told of what no user should see: errors that are bugs. */
  log(error: unknown): void;
}

export interface RunningServer {
  port: number;
  /** Without the token. */
  origin: string;
  /** Ends sockets politely and everything else at once; about half a second. */
  close(): Promise<void>;
}

/** @throws GlassboxError "unavailable" when the port is taken or the address is not this machine's */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const bound: BoundAddress = { host: options.host, port: options.port, alsoAllowed: options.allowHosts };
  const sessions = new Sessions(options.tokens);
  const door = new Door(options, bound, sessions);
  const server = createServer({
    maxHeaderSize: HEADERS_MAX_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on("request", (request, response) => void door.answer(request, response));
  server.on("upgrade", (request, connection, head) => door.upgrade(request, connection, head));
  await listen(server, bound);
  server.on("error", options.log); // out of descriptors, say: refuse one connection, do not end
  bound.port = (server.address() as AddressInfo).port;
  const name = options.host.includes(":") ? `[${options.host}]` : options.host;
  return {
    port: bound.port,
    origin: `http://${name}:${bound.port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await door.sockets.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, { host, port }: BoundAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const [why, hint] =
        cause.code === "EADDRINUSE"
          ? ["another program uses that port", `End it, or choose another port: npm start -- --port ${port + 1}`]
          : cause.code === "EADDRNOTAVAIL" || cause.code === "ENOTFOUND"
            ? ["this machine has no such address", "Leave out --host to use 127.0.0.1"]
            : [cause.message, "Choose another --host or --port"];
      reject(new GlassboxError("unavailable", `Cannot listen on ${host}:${port}: ${why}`, { hint, cause }));
    });
    server.listen(port, host, resolve);
  });
}

class Door {
  readonly sockets: Sockets;
  readonly #options: ServerOptions;
  readonly #bound: BoundAddress;
  readonly #sessions: Sessions;
  readonly #files: StaticFiles;
  readonly #rates = new RateLimiter(REQUEST_RATE);

  constructor(options: ServerOptions, bound: BoundAddress, sessions: Sessions) {
    this.#options = options;
    this.#bound = bound;
    this.#sessions = sessions;
    this.#files = new StaticFiles(options.webDir);
    this.sockets = new Sockets(sessions, options);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SAFETY_HEADERS)) response.setHeader(name, value);
    try {
      const url = this.#checkedUrl(request);
      const token = url.pathname === "/" ? url.searchParams.get("token") : null;
      if (token !== null) this.#enter(token, request, response);
      else await this.#answerInSession(url, request, response);
    } catch (error) {
      const { status, problem } = problemOf(error);
      if (status === 500) this.#options.log(error);
      if (response.headersSent) response.destroy();
      else {
        // What is left of a refused body is not worth reading: let the browser open another connection.
        if (!request.complete) response.setHeader("Connection", "close");
        sendJson(response, status, problem);
      }
    }
  }

  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    connection.on("error", () => connection.destroy());
    try {
      const url = this.#checkedUrl(request);
      if (!isOwnOrigin(request.headers.origin, request.headers.host)) throw wrongOrigin(request);
      const session = this.#sessionOf(request);
      if (!session) throw new HttpProblem(401, "This socket needs a session: open the printed address first");
      const refusal = this.sockets.upgrade(request, connection, head, url, session);
      if (refusal) throw new HttpProblem(refusal.status, refusal.message);
    } catch (error) {
      const { status, problem } = problemOf(error);
      if (status === 500) this.#options.log(error);
      const body = JSON.stringify(problem);
      connection.end(
        `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    }
  }

  /** Host, Origin and rate, in this order: a request under another name is not even counted against a session. */
  #checkedUrl(request: IncomingMessage): URL {
    const { host, origin } = request.headers;
    if (!isOwnHost(host, this.#bound)) {
      const hint = "Use the printed address, or start with --allow-host NAME";
      throw new HttpProblem(421, `This machine is not "${host ?? ""}"`, hint);
    }
    const reads = request.method === "GET" || request.method === "HEAD";
    if (!reads && !isOwnOrigin(origin, host)) throw wrongOrigin(request);
    const source = this.#sessionOf(request)?.id ?? request.socket.remoteAddress ?? "";
    if (!this.#rates.take(source)) throw new HttpProblem(429, "Too many requests", "Wait a few seconds");
    if (!request.url?.startsWith("/")) throw new HttpProblem(400, "The request's target is not a path");
    return new URL(`http://glassbox${request.url}`);
  }

  /** Trades the token for a session, and the URL with the token for one without, so that it stays out of the history. */
  #enter(token: string, request: IncomingMessage, response: ServerResponse): void {
    const session = this.#sessions.enter(token);
    if (!session) {
      sendPage(response, 401, noSessionPage(request.headers.host ?? ""));
      return;
    }
    const cookie = `${this.#cookieName}=${session.id}; Path=/; HttpOnly; SameSite=Strict`;
    response.writeHead(303, { Location: "/", "Set-Cookie": cookie, "Cache-Control": "no-store" }).end();
  }

  async #answerInSession(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = this.#sessionOf(request);
    const isApi = url.pathname.startsWith("/api/");
    if (isApi && !session) throw new HttpProblem(401, "There is no session", "Open the address that Glassbox printed");
    if (isApi && session) {
      const { labs, terminals, machine } = this.#options;
      await answerApi({ labs, terminals, machine, sessions: this.#sessions }, session, url, request, response);
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      throw new HttpProblem(405, `"${url.pathname}" takes GET, not ${request.method}`);
    } else if (session) this.#files.serve(request, response, decodedPath(url));
    else sendPage(response, 401, noSessionPage(request.headers.host ?? ""));
  }

  #sessionOf(request: IncomingMessage): Session | undefined {
    const cookies = (request.headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
    const own = cookies.find((cookie) => cookie.startsWith(`${this.#cookieName}=`));
    return this.#sessions.find(own?.slice(this.#cookieName.length + 1));
  }

  /** Cookies know no ports, so that two agents on one machine must not share a name. */
  get #cookieName(): string {
    return `glassbox_${this.#bound.port}`;
  }
}

function wrongOrigin(request: IncomingMessage): HttpProblem {
  return new HttpProblem(403, `Requests from "${request.headers.origin ?? "nowhere"}" are not taken here`);
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": Buffer.byteLength(html),
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
  });
  response.end(html);
}

function decodedPath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    throw new HttpProblem(400, `"${url.pathname}" is not a valid path`);
  }
}
