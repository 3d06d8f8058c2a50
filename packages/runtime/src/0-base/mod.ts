/** What every layer may use and that knows nothing of containers. */
export { type ErrorCategory, type ErrorDetails, GlassboxError, messageOf } from "./errors.ts";
export { Rollback } from "./rollback.ts";
export { sleep } from "./sleep.ts";
