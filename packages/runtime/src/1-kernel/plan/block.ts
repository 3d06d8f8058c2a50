/** A growing block of bytes that is filled in place: what the encoder writes a plan into. Little-endian throughout. */
import { GlassboxError } from "../../0-base/mod.ts";

export class Block {
  #bytes = Buffer.alloc(64 * 1024);
  #view = viewOf(this.#bytes);
  #end = 0;

  /** Everything reserved so far. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** Room for `size` zero bytes, at a multiple of 8, as the structs in it want. @returns its offset */
  reserve(size: number): number {
    const start = (this.#end + 7) & ~7;
    this.#end = start + size;
    if (this.#end > this.#bytes.length) {
      const larger = Buffer.alloc(2 * this.#end);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = viewOf(larger);
    }
    return start;
  }

  /** @returns the offset at which the bytes now stand */
  append(bytes: Uint8Array): number {
    const start = this.reserve(bytes.length);
    this.#bytes.set(bytes, start);
    return start;
  }

  /** In UTF-8, with a NUL behind it. @returns the offset at which it now stands */
  appendText(text: string): number {
    const length = Buffer.byteLength(text);
    const start = this.reserve(length + 1);
    this.#bytes.write(text, start);
    return start;
  }

  /** Four bytes, unchecked, for what the encoder itself counts: offsets, sizes, indexes. */
  setUint32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
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
    const bits = 8 * size;
    // Bigints are slow, and almost every value is a small number: a plan is encoded for each `glassrun`.
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && (size === 8 || value < 2 ** bits)) {
      if (size === 2) this.#view.setUint16(at, value, true);
      else this.#view.setUint32(at, value % 2 ** 32, true);
      if (size === 8) this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
      return;
    }
    if (typeof value === "number" && !Number.isInteger(value)) {
      throw new GlassboxError("invalid argument", `${value} is no integer`);
    }
    const wide = BigInt(value);
    const stored = BigInt.asUintN(bits, wide);
    if (stored !== wide && BigInt.asIntN(bits, wide) !== wide) {
      throw new GlassboxError("invalid argument", `${value} does not fit into ${size} bytes`);
    }
    if (size === 8) this.#view.setBigUint64(at, stored, true);
    else if (size === 4) this.#view.setUint32(at, Number(stored), true);
    else this.#view.setUint16(at, Number(stored), true);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
