/**
 * Where in the agent's stream of graph changes this page is: what to ask for after having been away, and what to do
 * with each message that comes. Pure; `live-store.ts` carries it out.
 */
import type { LiveEvent, LiveRequest } from "@glassbox/protocol";

/** Undefined before the first snapshot. */
export type LiveCursor = { epoch: string; sequence: number } | undefined;

/** What to do with a graph message: take it, leave it, or ask for a new snapshot because something is missing. */
export type Verdict = { act: "apply"; cursor: LiveCursor } | { act: "ignore" } | { act: "ask-again" };

/** The first request on a socket: resume from the cursor, or begin anew. */
export function followRequest(cursor: LiveCursor): LiveRequest {
  return cursor ? { type: "follow", epoch: cursor.epoch, sequence: cursor.sequence } : { type: "follow" };
}

/**
 * Changes that begin at or before our number apply (every change is idempotent, so an overlap does no harm); those that
 * end at or before it are old; those that begin after it leave a gap.
 */
export function judge(cursor: LiveCursor, event: LiveEvent): Verdict {
  if (event.type === "graph-snapshot") {
    return { act: "apply", cursor: { epoch: event.epoch, sequence: event.sequence } };
  }
  if (event.type !== "graph-changes") return { act: "ignore" };
  if (!cursor || cursor.epoch !== event.epoch || event.fromSequence > cursor.sequence) return { act: "ask-again" };
  if (event.sequence <= cursor.sequence) return { act: "ignore" };
  return { act: "apply", cursor: { epoch: event.epoch, sequence: event.sequence } };
}
