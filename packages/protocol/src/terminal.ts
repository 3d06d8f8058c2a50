/**
 * What a terminal's socket carries. Agent to browser: binary frames are raw shell output, text frames are
 * `TerminalNotice` in JSON. Browser to agent: text frames of `TerminalRequest` in JSON.
 *
 * Every output byte has a number, counted from the shell's start. The browser names the first byte it is missing when
 * it attaches, so a reload or a lost connection replays only what was missed; it acknowledges what xterm has parsed,
 * and the agent stops reading the shell while too much is unacknowledged, so that `yes` costs neither memory nor Ctrl-C.
 */
import { z } from "zod";

/** Scrollback the agent keeps per terminal, for reload and reconnect. */
export const SCROLLBACK_BYTES = 2 * 1024 * 1024;
/** Unacknowledged bytes at which the agent stops reading the shell. A screenful is ~20 KB; this keeps the pipe busy. */
export const HIGH_WATER_BYTES = 512 * 1024;
/** Unacknowledged bytes at which it reads again. */
export const LOW_WATER_BYTES = 128 * 1024;
/** The browser acknowledges each time it has parsed this much more. */
export const ACK_EVERY_BYTES = 64 * 1024;
/** Longest single input; a paste above it is sent in pieces. */
export const INPUT_MAX_BYTES = 64 * 1024;

export const TerminalInfo = z.object({
  id: z.string(),
  /** Lab it belongs to, or `explorer`. */
  lab: z.string(),
  name: z.string(),
  /** Pid of the shell, as the host sees it. */
  pid: z.number().int(),
  /** Absent while the shell runs. One sentence: "ended with exit code 0", "killed by SIGKILL". */
  ended: z.string().optional(),
});
export type TerminalInfo = z.infer<typeof TerminalInfo>;

export const TerminalRequest = z.discriminatedUnion("type", [
  /** First message on every socket. `fromByte` is the first output byte the browser does not have. */
  z.object({
    type: z.literal("attach"),
    fromByte: z.number().int().min(0),
    columns: z.number().int().min(1).max(1000),
    rows: z.number().int().min(1).max(1000),
  }),
  z.object({ type: z.literal("input"), data: z.string().max(INPUT_MAX_BYTES) }),
  /** Everything before this byte number has been parsed. */
  z.object({ type: z.literal("ack"), upToByte: z.number().int().min(0) }),
  z.object({
    type: z.literal("resize"),
    columns: z.number().int().min(1).max(1000),
    rows: z.number().int().min(1).max(1000),
  }),
  /** Send the terminal's foreground processes SIGINT, also when the shell is not reading its input. */
  z.object({ type: z.literal("interrupt") }),
]);
export type TerminalRequest = z.infer<typeof TerminalRequest>;

export const TerminalNotice = z.discriminatedUnion("type", [
  /** Answer to `attach`: binary frames follow from `fromByte`; it is higher than asked when older output was dropped. */
  z.object({ type: z.literal("attached"), fromByte: z.number().int(), terminal: TerminalInfo }),
  z.object({ type: z.literal("ended"), reason: z.string() }),
  z.object({ type: z.literal("refused"), message: z.string() }),
]);
export type TerminalNotice = z.infer<typeof TerminalNotice>;
