/**
 * The requests the page makes of the agent, each answer checked against its schema, so that a mistake is found here and
 * not three components later. Paths are in the protocol's `api.ts`.
 */
import {
  ApiProblem,
  FileContent,
  LabDetail,
  LabState,
  LabSummary,
  MachineInfo,
  type NewTerminal,
  PlanView,
  SessionInfo,
  Solution,
  TerminalInfo,
  Ticket,
  type TicketRequest,
} from "@glassbox/protocol";

/** Longest wait for an answer. Resetting a lab ends processes and unmounts, which may take a few seconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** A request that did not go through. `status` is 0 when no answer came at all. */
export class RequestError extends Error {
  readonly status: number;
  readonly hint: string | undefined;
  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.name = "RequestError";
    this.status = status;
    this.hint = hint;
  }
}

/** True when the session has ended: the page must be opened again by the printed URL. */
export const isSignedOut = (error: unknown): boolean => error instanceof RequestError && error.status === 401;

interface Schema<T> {
  parse(value: unknown): T;
}

const lab = (id: string): string => `/api/labs/${encodeURIComponent(id)}`;
const step = (id: string, stepId: string): string => `${lab(id)}/steps/${encodeURIComponent(stepId)}`;
const file = (id: string, path: string): string => `${lab(id)}/files?path=${encodeURIComponent(path)}`;

/** All requests, by what they do. Each throws RequestError. */
export const api = {
  session: () => send("GET", "/api/session", SessionInfo),
  machine: () => send("GET", "/api/machine", MachineInfo),
  labs: () => send("GET", "/api/labs", LabSummary.array()),
  lab: (id: string) => send("GET", lab(id), LabDetail),
  openLab: (id: string) => send("POST", `${lab(id)}/open`, LabState),
  resetLab: (id: string) => send("POST", `${lab(id)}/reset`, LabState),
  beginStep: (id: string, stepId: string) => send("POST", `${step(id, stepId)}/begin`, LabState),
  resetStep: (id: string, stepId: string) => send("POST", `${step(id, stepId)}/reset`, LabState),
  solution: (id: string, stepId: string) => send("POST", `${step(id, stepId)}/solution`, Solution),
  readFile: (id: string, path: string) => send("GET", file(id, path), FileContent),
  /** A 409 means the file changed since it was read. */
  writeFile: (id: string, content: FileContent) => send("PUT", file(id, content.path), FileContent, content),
  plan: (id: string, bundle: string) => send("GET", `${lab(id)}/plan?path=${encodeURIComponent(bundle)}`, PlanView),
  terminals: () => send("GET", "/api/terminals", TerminalInfo.array()),
  newTerminal: (request: NewTerminal) => send("POST", "/api/terminals", TerminalInfo, request),
  renameTerminal: (id: string, name: string) =>
    send("PATCH", `/api/terminals/${encodeURIComponent(id)}`, TerminalInfo, { name }),
  closeTerminal: (id: string) => send("DELETE", `/api/terminals/${encodeURIComponent(id)}`, undefined),
  ticket: async (request: TicketRequest) => (await send("POST", "/api/tickets", Ticket, request)).ticket,
};

async function send<T>(method: string, path: string, schema: Schema<T>, body?: unknown): Promise<T>;
async function send(method: string, path: string, schema: undefined, body?: unknown): Promise<undefined>;
async function send<T>(method: string, path: string, schema: Schema<T> | undefined, body?: unknown) {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch (cause) {
    const error = new RequestError(0, "The agent does not answer", "See the terminal where Glassbox was started");
    error.cause = cause;
    throw error;
  }
  if (!response.ok) throw await problemOf(response);
  return schema?.parse(await response.json());
}

async function problemOf(response: Response): Promise<RequestError> {
  const problem = ApiProblem.safeParse(await response.json().catch(() => undefined));
  return problem.success
    ? new RequestError(response.status, problem.data.message, problem.data.hint)
    : new RequestError(response.status, `The agent answered ${response.status} ${response.statusText}`);
}
