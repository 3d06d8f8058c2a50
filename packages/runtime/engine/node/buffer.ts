/** `Buffer`, in so far as the runtime asks for it. Texts become bytes and back in the host, not one by one in here. */

type Encoding = "utf8" | "hex" | "base64";

export class Buffer extends Uint8Array {
  static alloc(length: number): Buffer {
    return new Buffer(length);
  }

  // A subclass's `from` has to take what the one above it takes.
  static override from(source: string | ArrayLike<number> | Iterable<number>, encoding: unknown = "utf8"): Buffer {
    return typeof source === "string"
      ? over(bytesOf(source, encoding as Encoding))
      : new Buffer(source as ArrayLike<number>);
  }

  static concat(parts: readonly Uint8Array[], length = parts.reduce((sum, part) => sum + part.length, 0)): Buffer {
    const whole = new Buffer(length);
    let end = 0;
    for (const part of parts) {
      whole.set(part, end);
      end += part.length;
    }
    return whole;
  }

  static byteLength(value: string): number {
    return size(value);
  }

  /** @returns how many bytes were written: all of the text's */
  write(value: string, start: number): number {
    return store(this, start, value);
  }

  writeUInt16LE(value: number, at: number): void {
    this.#view.setUint16(at, value, true);
  }
  writeUInt32LE(value: number, at: number): void {
    this.#view.setUint32(at, value, true);
  }
  writeBigUInt64LE(value: bigint, at: number): void {
    this.#view.setBigUint64(at, value, true);
  }

  get #view(): DataView {
    return new DataView(this.buffer, this.byteOffset, this.length);
  }

  override toString(encoding: Encoding = "utf8", start = 0, end = this.length): string {
    if (encoding === "utf8") return text(this, start, end);
    const part = this.subarray(start, end) as Uint8Array & { toHex(): string; toBase64(): string };
    return encoding === "hex" ? part.toHex() : part.toBase64();
  }
}

function over({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Buffer {
  return new Buffer(buffer, byteOffset, length);
}

function bytesOf(source: string, encoding: Encoding): Uint8Array<ArrayBuffer> {
  // What is half a character becomes the sign for it, as in Node.
  if (encoding === "utf8") return bytes((source as string & { toWellFormed(): string }).toWellFormed());
  const make = Uint8Array as unknown as Record<"fromHex" | "fromBase64", (text: string) => Uint8Array<ArrayBuffer>>;
  return encoding === "hex" ? make.fromHex(source) : make.fromBase64(source);
}
