/**
 * The last stretch of a terminal's output, addressed by byte number counted from the shell's start. It is what makes a
 * reload cheap: the browser names the first byte it lacks, and everything from there on is read back out of this ring.
 * `terminal.ts` writes it; see `packages/protocol/src/terminal.ts` for the numbering on the wire.
 */

export class Scrollback {
  readonly #ring: Buffer;
  #endByte = 0;

  /** `capacityBytes` is all this will ever hold; memory is touched only as output arrives. */
  constructor(capacityBytes: number) {
    this.#ring = Buffer.allocUnsafeSlow(capacityBytes);
  }

  /** Number of the oldest byte still kept. */
  get startByte(): number {
    return Math.max(0, this.#endByte - this.#ring.length);
  }

  /** Number the next byte will get: how much has been written in all. */
  get endByte(): number {
    return this.#endByte;
  }

  /** Append output; the oldest bytes give way. */
  write(bytes: Uint8Array): void {
    const kept = bytes.subarray(Math.max(0, bytes.length - this.#ring.length));
    const at = (this.#endByte + bytes.length - kept.length) % this.#ring.length;
    const beforeWrap = Math.min(kept.length, this.#ring.length - at);
    this.#ring.set(kept.subarray(0, beforeWrap), at);
    this.#ring.set(kept.subarray(beforeWrap), 0);
    this.#endByte += bytes.length;
  }

  /**
   * A copy of the bytes from `fromByte` on, at most `maxBytes` of them; fewer at the ring's seam, so call again until
   * `endByte` is reached. A copy, because a socket may still be sending it when the ring has come round.
   */
  read(fromByte: number, maxBytes: number): Uint8Array {
    const from = Math.max(fromByte, this.startByte);
    const at = from % this.#ring.length;
    const length = Math.max(0, Math.min(maxBytes, this.#endByte - from, this.#ring.length - at));
    return Uint8Array.prototype.slice.call(this.#ring, at, at + length);
  }
}
