/**
 * The live socket (`/ws/live`): kernel graph, lab states and terminal list, as they change.
 *
 * The graph comes as one snapshot, then changes numbered one by one. A browser that was away asks to resume from the
 * last number it applied; the agent answers with what it missed, or with a new snapshot when that is no longer kept or
 * the agent was started anew (`epoch` differs). Every message is idempotent: it may be applied twice without harm.
 */
import { z } from "zod";
import { GraphChange, GraphNode } from "./graph.ts";
import { LabState } from "./labs.ts";
import { TerminalInfo } from "./terminal.ts";

/** Largest message a browser may send on the live socket; requests are tiny. */
export const LIVE_REQUEST_MAX_BYTES = 4096;

export const LiveRequest = z.discriminatedUnion("type", [
  /** First message. Without `epoch` and `sequence` the answer is a snapshot. */
  z.object({
    type: z.literal("follow"),
    epoch: z.string().max(64).optional(),
    sequence: z.number().int().min(0).optional(),
  }),
  /** Say which lab is on screen, so that its state is sent. */
  z.object({ type: z.literal("watch-lab"), lab: z.string().max(128) }),
]);
export type LiveRequest = z.infer<typeof LiveRequest>;

export const LiveEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("graph-snapshot"),
    epoch: z.string(),
    sequence: z.number().int(),
    nodes: z.array(GraphNode),
  }),
  /** Applies on top of `fromSequence`; brings the graph to `sequence`. Several numbers may be merged into one message. */
  z.object({
    type: z.literal("graph-changes"),
    epoch: z.string(),
    fromSequence: z.number().int(),
    sequence: z.number().int(),
    /** Agent's clock when the oldest change in it was noticed, for measuring change to paint. */
    noticedAtMs: z.number(),
    changes: z.array(GraphChange),
  }),
  z.object({ type: z.literal("lab-state"), state: LabState }),
  z.object({ type: z.literal("terminals"), terminals: z.array(TerminalInfo) }),
  z.object({ type: z.literal("problem"), message: z.string() }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
