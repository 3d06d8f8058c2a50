/**
 * A whole server for tests: the real door, real shells, a graph and labs in memory, and a browser's side of the
 * conversation. Everything is closed when the test ends.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { FileContent, LabState } from "@glassbox/protocol";
import { GlassboxError } from "@glassbox/runtime/base";
import { WebSocket } from "ws";
import { GraphLog } from "../../observe/graph-log.ts";
import { Terminals } from "../../terminal/terminals.ts";
import type { LabsBackend } from "../backend.ts";
import { startServer } from "../server.ts";

export const TOKENS = { viewer: "the-viewer-token", learner: "the-learner-token", instructor: "the-instructor-token" };

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

export type RunningAgent = Awaited<ReturnType<typeof runAgent>>;

/** `page` is the export's index.html. */
export async function runAgent(t: TestContext, options: { page?: string; allowHosts?: string[] } = {}) {
  const home = mkdtempSync(path.join(tmpdir(), "glassbox-http-"));
  const webDir = path.join(home, "web");
  writeExport(webDir, options.page ?? "<p>the catalogue</p>");
  writeFileSync(path.join(home, "secret.txt"), "not for the browser");
  const log = new GraphLog();
  const terminals = new Terminals({
    labShells: { shellFor: async () => ({ cwd: webDir, env: {}, cgroupProcsFiles: [] }) },
    claim: () => {},
    binDir: "/opt/glassbox/bin",
    runDir: path.join(home, "run"),
  });
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    allowHosts: options.allowHosts ?? [],
    webDir,
    tokens: TOKENS,
    graph: Object.assign(log, { refresh: async () => {}, claim: () => {} }),
    labs: labsInMemory(),
    terminals,
    machine: { info: () => Promise.reject(new Error("a bug, for the test")) },
    log: () => {},
  });
  const sockets: WebSocket[] = [];
  t.after(async () => {
    for (const socket of sockets) socket.terminate();
    await server.close();
    await terminals.closeAll();
    rmSync(home, { recursive: true });
  });
  const host = `127.0.0.1:${server.port}`;
  /** A raw request: the path goes out as it is, dots and all. */
  const ask = (target: string, { method = "GET", headers = {}, body }: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = request({
        host: "127.0.0.1",
        port: server.port,
        path: target,
        method,
        headers: { host, ...headers },
      });
      asked.on("error", reject);
      asked.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => {
          text += piece;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        response.on("error", reject);
      });
      asked.end(body);
    });
  /** Signs in with a token; what it returns asks with the session's cookie and our own Origin. */
  const signIn = async (token: string) => {
    const entered = await ask(`/?token=${token}`);
    const cookie = entered.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    const own = { cookie, origin: `http://${host}` };
    const askIn = (target: string, { headers = {}, ...rest }: Ask = {}) =>
      ask(target, { ...rest, headers: { ...own, ...headers } });
    const post = (target: string, body: unknown) =>
      askIn(target, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const ticket = async (wanted: object): Promise<string> =>
      JSON.parse((await post("/api/tickets", wanted)).text).ticket;
    const open = (target: string, headers: Record<string, string> = {}) =>
      openSocket(`ws://${host}${target}`, { host, ...own, ...headers }, sockets);
    return { cookie, ask: askIn, post, ticket, open };
  };
  return { host, port: server.port, home, webDir, log, terminals, ask, signIn };
}

export type Browser = Awaited<ReturnType<RunningAgent["signIn"]>>;

export interface OpenedSocket {
  socket: WebSocket;
  /** Text frames, parsed. */
  notices: Array<Record<string, unknown>>;
  /** Set once it is closed. */
  closed: { code: number; reason: string } | undefined;
  /** Set when the upgrade was refused. */
  refused: { status: number; message: string } | undefined;
  send(message: unknown): void;
}

/** Resolves when the socket is open or refused. */
function openSocket(url: string, headers: Record<string, string>, sockets: WebSocket[]): Promise<OpenedSocket> {
  const socket = new WebSocket(url, { headers });
  sockets.push(socket);
  const send = (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message));
  const opened: OpenedSocket = { socket, notices: [], closed: undefined, refused: undefined, send };
  socket.on("error", () => {});
  socket.on("message", (data, isBinary) => void (isBinary || opened.notices.push(JSON.parse(data.toString()))));
  socket.on("close", (code, reason) => {
    opened.closed = { code, reason: reason.toString() };
  });
  return new Promise((resolve) => {
    socket.on("open", () => resolve(opened));
    socket.on("unexpected-response", (_, response) => {
      let text = "";
      response.on("data", (piece) => {
        text += piece;
      });
      response.on("end", () => {
        opened.refused = { status: response.statusCode ?? 0, message: JSON.parse(text).message };
        resolve(opened);
      });
    });
  });
}

function writeExport(webDir: string, page: string): void {
  mkdirSync(path.join(webDir, "_next/static"), { recursive: true });
  mkdirSync(path.join(webDir, "explorer"));
  writeFileSync(path.join(webDir, "index.html"), page);
  writeFileSync(path.join(webDir, "explorer/index.html"), "<p>the explorer</p>");
  writeFileSync(path.join(webDir, "404.html"), "<p>nothing here</p>");
  writeFileSync(path.join(webDir, "_next/static/app-1a2b.js"), "start()");
  writeFileSync(path.join(webDir, "icon.svg"), "<svg/>");
}

/** One lab with one file; everything else is "not found". */
function labsInMemory(): LabsBackend {
  const file: FileContent = { path: "config.json", text: "{}", revision: "r1" };
  const known = (lab: string): LabState => {
    if (lab !== "lab-1") throw new GlassboxError("not found", `There is no lab "${lab}"`);
    return { lab, version: 1, phase: "open", steps: [] };
  };
  const unused = () => {
    throw new GlassboxError("not found", "This lab has none");
  };
  return {
    catalogue: () => [],
    detail: unused,
    state: known,
    open: async (lab) => known(lab),
    reset: async (lab) => known(lab),
    beginStep: async (lab) => known(lab),
    resetStep: async (lab) => known(lab),
    solution: unused,
    readFile: async () => file,
    writeFile: async (_, written) => ({ ...written, revision: "r2" }),
    plan: unused,
    subscribe: () => () => {},
  };
}
