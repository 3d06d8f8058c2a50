/**
 * Errors that teach: what was being done, with quoted values; what stood in the way; what to try. Every layer throws
 * `GlassboxError` with a category, so that callers branch on the category and never on the text. The table from category to exit code or
 * HTTP status belongs to whoever faces the user (`2-oci/cli`, `apps/agent/src/http`).
 */

/** Why something failed, in the sense a caller can act on. The names follow containerd's `errdefs`. */
export type ErrorCategory =
  | "invalid argument"
  | "not found"
  | "already exists"
  | "failed precondition"
  | "permission denied"
  | "not supported"
  | "resource exhausted"
  | "cancelled"
  | "deadline exceeded"
  | "unavailable"
  | "internal";

export interface ErrorDetails {
  /** What to try, one sentence without a full stop. */
  hint?: string;
  /** The error of the layer below. */
  cause?: unknown;
  /** What went wrong while undoing what had been done; kept beside the first failure, never instead of it. */
  undoFailures?: readonly unknown[];
}

/**
 * @example
 * throw new GlassboxError("failed precondition", `Cannot start container "web": it is stopped, and only a created container can start`)
 */
export class GlassboxError extends Error {
  readonly category: ErrorCategory;
  readonly hint: string | undefined;
  readonly undoFailures: readonly unknown[];

  constructor(category: ErrorCategory, message: string, details: ErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.name = new.target.name;
    this.category = category;
    this.hint = details.hint;
    this.undoFailures = details.undoFailures ?? [];
  }
}

/** The message of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
