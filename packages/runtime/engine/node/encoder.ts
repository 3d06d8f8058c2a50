export class TextEncoder {
  encode(value: string): Uint8Array<ArrayBuffer> {
    return bytes(value);
  }
}
