/**
 * A growing block of bytes that is filled in place: what the encoder writes a plan into. Little-endian throughout, as are
 * the machines it runs on. A plan is encoded once for each `glassrun`, by code that has not run before, so what is done
 * hundreds of times is done with few calls: plain stores into words, and each text written once.
 */
import { GlassboxError } from "../../0-base/mod.ts";

export class Block {
  #bytes = Buffer.alloc(64 * 1024);
  /** The block as words of four bytes, for what would be too many calls; until more is reserved. */
  words = wordsOf(this.#bytes);
  #end = 0;
  readonly #texts = new Map<string, number>();

  /** Everything reserved so far. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** For the next one, in the same place: whoever has `bytes` of this one has them no more. */
  clear(): void {
    this.#bytes.fill(0, 0, this.#end);
    this.#end = 0;
    this.#texts.clear();
  }

  /** Room for `size` zero bytes, at a multiple of 8, as the structs in it want. @returns its offset */
  reserve(size: number): number {
    const start = (this.#end + 7) & ~7;
    this.#end = start + size;
    if (this.#end > this.#bytes.length) {
      const larger = Buffer.alloc(2 * this.#end);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.words = wordsOf(larger);
    }
    return start;
  }

  /** @returns the offset at which the bytes now stand */
  append(bytes: Uint8Array): number {
    const start = this.reserve(bytes.length);
    this.#bytes.set(bytes, start);
    return start;
  }

  /**
   * In UTF-8, with a NUL behind it, for reading only: the same text stands once.
   * @returns the offset at which it stands
   * @throws GlassboxError "invalid argument" for a text with a NUL in it
   */
  appendText(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    refuseNul(text);
    // A character takes at most three bytes; what it does not take is given back.
    const start = this.reserve(3 * text.length + 1);
    this.#end = start + this.#bytes.write(text, start) + 1;
    this.#texts.set(text, start);
    return start;
  }

  /** Overwrite what was reserved. */
  set(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at);
  }

  /**
   * An integer of 2, 4 or 8 bytes; a negative one in two's complement.
   * @throws GlassboxError "invalid argument" when it needs more bytes, or is no integer
   */
  setInteger(at: number, size: number, value: number | bigint): void {
    // Almost every value is a small number, at a multiple of four.
    if (size >= 4 && (at & 3) === 0 && typeof value === "number" && value >>> 0 === value) {
      this.words[at >>> 2] = value;
      if (size === 8) this.words[(at >>> 2) + 1] = 0;
      return;
    }
    if (size === 2 && typeof value === "number" && (value & 0xffff) === value) {
      this.#bytes[at] = value & 0xff;
      this.#bytes[at + 1] = value >>> 8;
      return;
    }
    const bits = 8 * size;
    if (typeof value === "number" && !Number.isInteger(value)) {
      throw new GlassboxError("invalid argument", `${value} is no integer`);
    }
    const wide = BigInt(value);
    const stored = BigInt.asUintN(bits, wide);
    if (stored !== wide && BigInt.asIntN(bits, wide) !== wide) {
      throw new GlassboxError("invalid argument", `${value} does not fit into ${size} bytes`);
    }
    if (size === 8) this.#bytes.writeBigUInt64LE(stored, at);
    else if (size === 4) this.#bytes.writeUInt32LE(Number(stored), at);
    else this.#bytes.writeUInt16LE(Number(stored), at);
  }
}

/** @throws GlassboxError "invalid argument" */
export function refuseNul(text: string): void {
  if (text.includes("\0"))
    throw new GlassboxError("invalid argument", `the string ${JSON.stringify(text)} has a NUL in it`);
}

function wordsOf(bytes: Buffer): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
}
