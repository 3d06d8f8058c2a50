/**
 * The JSON API: the whole route table on one screen, as `packages/protocol/src/api.ts` promises it to the page. Each
 * route names the right it needs; what comes in has passed a schema, what a backend throws becomes an `ApiProblem`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { FileContent, NewTerminal, type SessionInfo, TerminalName, TicketRequest } from "@glassbox/protocol";
import type { z } from "zod";
import type { LabsBackend, MachineBackend, TerminalsBackend } from "./backend.ts";
import { HttpProblem } from "./problem.ts";
import { readJson } from "./request-body.ts";
import { may, type Right } from "./roles.ts";
import type { Session, Sessions, TicketPurpose } from "./sessions.ts";

/** Resetting a lab kills, unmounts and removes; a minute is many times what it needs. */
const LAB_WORK_MAX_MS = 60_000;
const SMALL_BODY_MAX_BYTES = 16 * 1024;
/** A file of the editor has at most 1 MB of text, and JSON escapes make that longer. */
const FILE_BODY_MAX_BYTES = 4 * 1024 * 1024;

export interface ApiBackends {
  labs: LabsBackend;
  terminals: TerminalsBackend;
  machine: MachineBackend;
  sessions: Sessions;
}

interface Call {
  backends: ApiBackends;
  session: Session;
  /** The `:name` parts of the route's path; a route asks only for those it has. */
  param(name: string): string;
  query(name: string): string;
  body<T>(schema: z.ZodType<T>, maxBytes?: number): Promise<T>;
}

/** What it returns is answered as JSON; undefined is answered with 204. */
type Handler = (call: Call) => unknown;

const ROUTES: ReadonlyArray<[method: string, path: string, right: Right, handler: Handler]> = [
  [
    "GET",
    "/api/session",
    "look",
    ({ session }): SessionInfo => ({ role: session.role, mayWork: may(session.role, "work") }),
  ],
  ["GET", "/api/machine", "look", ({ backends }) => backends.machine.info()],
  ["GET", "/api/labs", "look", ({ backends }) => backends.labs.catalogue()],
  ["GET", "/api/labs/:lab", "look", ({ backends, param }) => backends.labs.detail(param("lab"))],
  ["POST", "/api/labs/:lab/open", "work", ({ backends, param }) => backends.labs.open(param("lab"), deadline())],
  ["POST", "/api/labs/:lab/reset", "work", resetLab],
  ["POST", "/api/labs/:lab/steps/:step/begin", "work", beginStep],
  ["POST", "/api/labs/:lab/steps/:step/reset", "work", resetStep],
  ["POST", "/api/labs/:lab/steps/:step/solution", "work", solution],
  [
    "GET",
    "/api/labs/:lab/files",
    "look",
    ({ backends, param, query }) => backends.labs.readFile(param("lab"), query("path")),
  ],
  ["PUT", "/api/labs/:lab/files", "work", writeFile],
  [
    "GET",
    "/api/labs/:lab/plan",
    "look",
    ({ backends, param, query }) => backends.labs.plan(param("lab"), query("path")),
  ],
  ["GET", "/api/terminals", "look", ({ backends }) => backends.terminals.list()],
  ["POST", "/api/terminals", "work", async ({ backends, body }) => backends.terminals.create(await body(NewTerminal))],
  ["PATCH", "/api/terminals/:id", "work", renameTerminal],
  ["DELETE", "/api/terminals/:id", "work", ({ backends, param }) => backends.terminals.close(param("id"))],
  ["POST", "/api/tickets", "look", issueTicket],
];

/**
 * Answers one request below `/api/`. Host, Origin, session and rate have been checked.
 * @throws HttpProblem 404 or 405 for what is not in the table, 403 without the right, and whatever the backends throw
 */
export async function answerApi(
  backends: ApiBackends,
  session: Session,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { right, handler, params } = routeOf(request.method ?? "", url.pathname);
  if (!may(session.role, right)) throw new HttpProblem(403, `A ${session.role} may only look`);
  const answer = await handler({
    backends,
    session,
    param: (name) => params.get(name) ?? "",
    query: (name) => requiredQuery(url, name),
    body: (schema, maxBytes = SMALL_BODY_MAX_BYTES) => readJson(request, schema, maxBytes),
  });
  sendJson(response, answer === undefined ? 204 : 200, answer);
}

/** Sends `body` as JSON, or nothing for undefined. What the kernel says now is never a cache's to repeat. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    ...(text !== "" && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }),
    "Cache-Control": "no-store",
  });
  response.end(text);
}

/** The lab's shells end with the reset; their terminals go too, as nothing they show is there any more. */
async function resetLab({ backends, param }: Call): Promise<unknown> {
  const lab = param("lab");
  const state = await backends.labs.reset(lab, deadline());
  for (const terminal of backends.terminals.list()) {
    if (terminal.lab === lab) await backends.terminals.close(terminal.id);
  }
  return state;
}

function beginStep({ backends, param }: Call): Promise<unknown> {
  return backends.labs.beginStep(param("lab"), param("step"));
}

function resetStep({ backends, param }: Call): Promise<unknown> {
  return backends.labs.resetStep(param("lab"), param("step"), deadline());
}

function solution({ backends, param }: Call): unknown {
  return backends.labs.solution(param("lab"), param("step"));
}

async function writeFile({ backends, param, query, body }: Call): Promise<unknown> {
  const file = await body(FileContent, FILE_BODY_MAX_BYTES);
  const path = query("path");
  if (file.path !== path) throw new HttpProblem(400, `Cannot write: the query says "${path}", the body "${file.path}"`);
  return backends.labs.writeFile(param("lab"), file);
}

async function renameTerminal({ backends, param, body }: Call): Promise<unknown> {
  const { name } = await body(TerminalName);
  return backends.terminals.rename(param("id"), name);
}

async function issueTicket({ backends, session, body }: Call): Promise<unknown> {
  const { for: wanted, terminal } = await body(TicketRequest);
  return { ticket: backends.sessions.issueTicket(session, purposeOf(wanted, terminal)) };
}

function purposeOf(wanted: TicketPurpose["for"], terminal: string | undefined): TicketPurpose {
  if (wanted === "live") return { for: wanted };
  if (terminal === undefined) throw new HttpProblem(400, `A ticket for a terminal names it: "terminal" is missing`);
  return { for: wanted, terminal };
}

function deadline(): AbortSignal {
  return AbortSignal.timeout(LAB_WORK_MAX_MS);
}

function requiredQuery(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value === null) throw new HttpProblem(400, `"${name}" is missing in the query`);
  return value;
}

function routeOf(method: string, pathname: string): { right: Right; handler: Handler; params: Map<string, string> } {
  const otherMethods: string[] = [];
  for (const [routeMethod, path, right, handler] of ROUTES) {
    const params = paramsOf(path, pathname);
    if (params && routeMethod === method) return { right, handler, params };
    if (params) otherMethods.push(routeMethod);
  }
  if (otherMethods.length === 0) throw new HttpProblem(404, `There is nothing at "${pathname}"`);
  throw new HttpProblem(405, `"${pathname}" takes ${otherMethods.join(" or ")}, not ${method}`);
}

/** The `:name` parts when `pathname` has the shape of `path`. */
function paramsOf(path: string, pathname: string): Map<string, string> | undefined {
  const [wanted, given] = [path.split("/"), pathname.split("/")];
  if (wanted.length !== given.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":") && value !== "") params.set(part.slice(1), decoded(value));
    else if (part !== value) return undefined;
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpProblem(400, `"${part}" is not a valid part of a path`);
  }
}
