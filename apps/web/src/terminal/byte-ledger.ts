/**
 * Counts a terminal's output bytes: which one is the first we lack (to resume there after a lost connection), and how
 * far xterm has parsed (to acknowledge, so that the agent neither floods us nor starves). See the protocol's terminal.ts.
 */
import { ACK_EVERY_BYTES } from "@glassbox/protocol";

export class ByteLedger {
  /** First byte not received yet: `fromByte` of the next attach. */
  nextByte = 0;
  #parsedByte = 0;
  #ackedByte = 0;

  /**
   * The agent answered an attach: output follows from `fromByte`. Returns how many bytes were lost for good, because
   * the agent no longer keeps them.
   */
  attached(fromByte: number): number {
    const lost = Math.max(0, fromByte - this.nextByte);
    this.nextByte = fromByte;
    // A new socket starts unacknowledged at its first byte, on the agent's side too. Bytes received before and still
    // being parsed are not this socket's to acknowledge.
    this.#parsedByte = fromByte;
    this.#ackedByte = fromByte;
    return lost;
  }

  /** Bytes came in. Returns the number after their last one, to hand to `parsed` when xterm is done with them. */
  received(byteLength: number): number {
    this.nextByte += byteLength;
    return this.nextByte;
  }

  /** xterm has parsed all before `upToByte`. Returns what to acknowledge now, or undefined when it can wait. */
  parsed(upToByte: number): number | undefined {
    this.#parsedByte = Math.max(this.#parsedByte, upToByte);
    if (this.#parsedByte - this.#ackedByte < ACK_EVERY_BYTES) return undefined;
    this.#ackedByte = this.#parsedByte;
    return this.#ackedByte;
  }
}
