/** Cuts what is typed or pasted into messages the agent accepts, never in the middle of a character. */
import { INPUT_MAX_BYTES } from "@glassbox/protocol";

/** Pieces of at most INPUT_MAX_BYTES UTF-16 units, in order. */
export function inputPieces(text: string, maxLength = INPUT_MAX_BYTES): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + maxLength);
    const unit = text.charCodeAt(end - 1);
    const splitsPair = end < text.length && unit >= 0xd800 && unit <= 0xdbff;
    if (splitsPair && end - start > 1) end -= 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/**
 * A terminal answers questions in its output ("what are you?", "where is the cursor?") with input. When old output is
 * replayed, those answers must not be typed into the shell again: they would appear as garbage such as `1;2c`.
 */
export function isTerminalReply(input: string): boolean {
  return /^\x1b(\[[?>]?[\d;]*[cRn$y]|\][\d;]*(rgb:|#)|P)/.test(input);
}
