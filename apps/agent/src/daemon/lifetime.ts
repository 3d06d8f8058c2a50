/**
 * When the agent ends, and how: told to by a signal, by a failed start, or by a bug. Whatever was begun is ended newest
 * first, in bounded time. What is left after that (or after a SIGKILL) the next start tidies up.
 */
import { GlassboxError, messageOf, Rollback } from "@glassbox/runtime/base";

/** Less than `npm start` waits before it kills. Resetting what open labs made takes a second or two, or four times that. */
const END_MAX_MS = 25_000;

/**
 * Runs `start` and keeps the process alive until it is told to end. `start` adds to `ending` how to end each thing right
 * after it has begun it.
 */
export async function live(start: (ending: Rollback) => Promise<void>): Promise<never> {
  const ending = new Rollback();
  const told = new Promise<number>((resolve) => {
    process.once("SIGINT", () => resolve(0));
    process.once("SIGTERM", () => resolve(0));
    process.once("SIGHUP", () => resolve(0));
    process.once("uncaughtException", (error) => {
      console.error("glassboxd: ended by a bug:", error);
      resolve(1);
    });
  });
  let code: number;
  try {
    await start(ending);
    code = await told;
  } catch (error) {
    explain(error);
    code = 1;
  }
  return end(ending, code);
}

/** One sentence and what to try for what people can mend, everything for a bug. */
export function explain(error: unknown): void {
  if (!(error instanceof GlassboxError)) console.error("glassboxd:", error);
  else {
    console.error(`glassboxd: ${error.message}`);
    if (error.hint !== undefined) console.error(error.hint);
  }
}

async function end(ending: Rollback, code: number): Promise<never> {
  process.on("SIGINT", () => process.exit(130)); // a second Ctrl-C means now
  setTimeout(() => {
    console.error(`glassboxd: not everything ended within ${END_MAX_MS / 1000} s; the next start tidies up`);
    process.exit(1);
  }, END_MAX_MS);
  const failures = await ending.undo();
  for (const failure of failures) console.error(`glassboxd: ${failure.message}: ${messageOf(failure.cause)}`);
  process.exit(failures.length > 0 ? 1 : code);
}
