/**
 * How failures are told over HTTP: one table from error category to status, and the JSON that goes with it. Nothing
 * else in the agent picks a status for an error.
 */
import type { ApiProblem } from "@glassbox/protocol";
import { type ErrorCategory, GlassboxError } from "@glassbox/runtime/base";

const STATUS: Record<ErrorCategory, number> = {
  "invalid argument": 400,
  "permission denied": 403,
  "not found": 404,
  "already exists": 409,
  "failed precondition": 409,
  "resource exhausted": 429,
  cancelled: 499, // as nginx logs it: the client went away
  internal: 500,
  "not supported": 501,
  unavailable: 503,
  "deadline exceeded": 504,
};

/** A failure of the request itself, known before any backend was asked, with the status HTTP has for it. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, message: string, hint?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** Status and body for anything thrown. What is not meant for people (a bug) is not shown to them. */
export function problemOf(thrown: unknown): { status: number; problem: ApiProblem } {
  if (thrown instanceof GlassboxError || thrown instanceof HttpProblem) {
    const status = thrown instanceof HttpProblem ? thrown.status : STATUS[thrown.category];
    return { status, problem: { message: thrown.message, ...(thrown.hint !== undefined && { hint: thrown.hint }) } };
  }
  const hint = "What happened is in the agent's log";
  return { status: STATUS.internal, problem: { message: "Something inside Glassbox failed", hint } };
}
