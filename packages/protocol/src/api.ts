/**
 * The HTTP requests the page makes; everything live goes over sockets instead. All paths are below the page's origin,
 * need the session cookie, and answer JSON; a failure answers `ApiProblem` with a fitting status.
 *
 * | method and path                              | body             | answer            |
 * | -------------------------------------------- | ---------------- | ----------------- |
 * | GET    /api/session                          |                  | SessionInfo       |
 * | GET    /api/machine                          |                  | MachineInfo       |
 * | GET    /api/labs                             |                  | LabSummary[]      |
 * | GET    /api/labs/:lab                        |                  | LabDetail         |
 * | POST   /api/labs/:lab/open                   |                  | LabState          |
 * | POST   /api/labs/:lab/reset                  |                  | LabState          |
 * | POST   /api/labs/:lab/steps/:step/begin      |                  | LabState          |
 * | POST   /api/labs/:lab/steps/:step/reset      |                  | LabState          |
 * | POST   /api/labs/:lab/steps/:step/solution   |                  | Solution          |
 * | GET    /api/labs/:lab/files?path=config.json |                  | FileContent       |
 * | PUT    /api/labs/:lab/files?path=config.json | FileContent      | FileContent       |
 * | GET    /api/labs/:lab/plan?path=bundle       |                  | PlanView          |
 * | GET    /api/terminals                        |                  | TerminalInfo[]    |
 * | POST   /api/terminals                        | NewTerminal      | TerminalInfo      |
 * | PATCH  /api/terminals/:id                    | TerminalName     | TerminalInfo      |
 * | DELETE /api/terminals/:id                    |                  |                   |
 * | POST   /api/tickets                          | TicketRequest    | Ticket            |
 */
import { z } from "zod";

export const ApiProblem = z.object({
  /** What was being done and why it could not be, one sentence. */
  message: z.string(),
  /** What to try. */
  hint: z.string().optional(),
});
export type ApiProblem = z.infer<typeof ApiProblem>;

/** Who opened this page, by which of the agent's keys; who may not work sees everything and changes nothing. */
export const SessionInfo = z.object({ role: z.enum(["viewer", "learner", "instructor"]), mayWork: z.boolean() });
export type SessionInfo = z.infer<typeof SessionInfo>;

/** One line of what this machine can do, as `glassbox doctor` prints it. */
export const Ability = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(["yes", "limited", "no"]),
  detail: z.string(),
  /** What to do about it when the status is not `yes`. */
  hint: z.string().optional(),
});
export type Ability = z.infer<typeof Ability>;

export const MachineInfo = z.object({
  hostname: z.string(),
  kernelRelease: z.string(),
  /** `v1`: every controller on v1; `hybrid`: v1 controllers beside an (almost) empty v2 tree; `v2`: unified. */
  cgroupMode: z.enum(["v1", "hybrid", "v2", "none"]),
  /** `vm` when the agent runs inside the VM that Glassbox booted. */
  place: z.enum(["here", "vm"]),
  agentVersion: z.string(),
  abilities: z.array(Ability),
});
export type MachineInfo = z.infer<typeof MachineInfo>;

/** `revision` is the content's digest; a PUT with an old one is refused with 409, so that no edit is lost. */
export const FileContent = z.object({ path: z.string(), text: z.string().max(1024 * 1024), revision: z.string() });
export type FileContent = z.infer<typeof FileContent>;

/** Shell commands that solve a step here and now, to show or to type. */
export const Solution = z.object({ commands: z.array(z.string()) });
export type Solution = z.infer<typeof Solution>;

/** A plan as the page shows it: one line a system call. */
export const PlanView = z.object({
  programs: z.array(
    z.object({
      name: z.string(),
      ops: z.array(z.object({ text: z.string(), why: z.string(), from: z.string().optional() })),
    }),
  ),
});
export type PlanView = z.infer<typeof PlanView>;

/** Terminals of one lab have different names: a lesson's commands find theirs by it. */
export const TerminalName = z.object({ name: z.string().trim().min(1).max(32) });
export type TerminalName = z.infer<typeof TerminalName>;

export const NewTerminal = TerminalName.extend({
  lab: z.string().max(128),
  columns: z.number().int().min(1).max(1000),
  rows: z.number().int().min(1).max(1000),
});
export type NewTerminal = z.infer<typeof NewTerminal>;

/** A ticket opens one socket once, within a few seconds: cookies alone would let another site's page open sockets. */
export const TicketRequest = z.object({ for: z.enum(["live", "terminal"]), terminal: z.string().optional() });
export type TicketRequest = z.infer<typeof TicketRequest>;
export const Ticket = z.object({ ticket: z.string() });
export type Ticket = z.infer<typeof Ticket>;
