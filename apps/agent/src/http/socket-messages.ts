/**
 * Receiving on a socket: text only, JSON only, what the schema says only, and not too often. Anything else closes the
 * socket with a reason, because a peer that speaks wrongly once has nothing right to say after.
 */
import type { RawData, WebSocket } from "ws";
import type { z } from "zod";
import { RateBucket, type RateLimit } from "./rate-limit.ts";
import { issuesOf } from "./request-body.ts";

/** Close codes of RFC 6455 section 7.4.1 that we use. */
export const CLOSE = { going: 1001, unsupported: 1003, policy: 1008, tryLater: 1013 } as const;

/** A close frame holds 125 bytes, two of them the code. */
const REASON_MAX_BYTES = 123;

/** Calls `onMessage` for each good message; the first bad one closes the socket. */
export function receiveMessages<T>(
  socket: WebSocket,
  schema: z.ZodType<T>,
  limit: RateLimit,
  onMessage: (message: T) => void,
): void {
  const bucket = new RateBucket(limit);
  socket.on("message", (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return; // what was under way when we closed
    if (isBinary) closeWith(socket, CLOSE.unsupported, "Messages here are text");
    else if (!bucket.take()) closeWith(socket, CLOSE.policy, `More than ${limit.perSecond} messages a second`);
    else {
      const parsed = schema.safeParse(jsonOf(data));
      if (parsed.success) onMessage(parsed.data);
      else closeWith(socket, CLOSE.policy, `Not a message of this protocol: ${issuesOf(parsed.error)}`);
    }
  });
}

/** Closes with as much of the reason as fits. */
export function closeWith(socket: WebSocket, code: number, reason: string): void {
  let fitting = reason;
  while (Buffer.byteLength(fitting) > REASON_MAX_BYTES) fitting = fitting.slice(0, -1);
  socket.close(code, fitting);
}

/** Undefined when it is not JSON: no schema of ours accepts that. */
function jsonOf(data: RawData): unknown {
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
}
