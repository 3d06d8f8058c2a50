/**
 * One call's arguments in wire form: plain numbers where they stand, everything else in the data area with a patch that
 * puts its address, or a result, in place just before the call. Read `encode.ts` first.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { Block } from "./block.ts";
import type { Arg, StructArg } from "./plan.ts";
import { structLayout } from "./struct.ts";
import { PATCH_KIND } from "./wire.ts";

export interface Patch {
  kind: number;
  at: number;
  from: number;
  size: number;
}

/** A 64-bit integer in decimal, with its sign. */
const DECIMAL_MAX_BYTES = 20;
const NO_OUTS: readonly string[] = [];
const resultInTemplate = /\{([A-Za-z]\w*)\}/g;

export class ArgEncoder {
  readonly block = new Block();
  readonly patches: Patch[] = [];
  /** Names of the result slots, in order. */
  readonly slots: string[] = [];
  /** Results that the op being encoded may use. */
  known = new Set<string>();
  readonly #slotByName = new Map<string, number>();
  #outs: string[] = [];

  /** Fill the 8-byte words from `at` on. */
  encodeArguments(at: number, args: readonly Arg[]): void {
    const addresses: Array<number | undefined> = [];
    let word = at - 8;
    for (const arg of args) {
      word += 8;
      if (arg.kind !== "length") {
        addresses.push(this.#place(word, 8, arg));
        continue;
      }
      const of = args[arg.of]?.kind;
      const text = addresses[arg.of];
      if ((of !== "string" && of !== "template") || text === undefined) {
        throw problem(`argument ${arg.of} is no string that stands before its length`);
      }
      this.patches.push({ kind: PATCH_KIND.LENGTH, at: word, from: text, size: 8 });
      addresses.push(undefined);
    }
  }

  slotOf(name: string): number {
    let slot = this.#slotByName.get(name);
    if (slot === undefined) {
      slot = this.slots.push(name) - 1;
      this.#slotByName.set(name, slot);
    }
    return slot;
  }

  /** The results that the call just encoded hands back through memory. */
  takeOuts(): readonly string[] {
    if (this.#outs.length === 0) return NO_OUTS;
    const outs = this.#outs;
    this.#outs = [];
    return outs;
  }

  /** Put what `arg` means into `size` bytes at `at`. @returns the offset it points to, when it is an address */
  #place(at: number, size: number, arg: Arg): number | undefined {
    switch (arg.kind) {
      case "number":
        this.block.setInteger(at, size, arg.value);
        return undefined;
      case "null":
        return undefined;
      case "result":
        this.patches.push({ kind: PATCH_KIND.RESULT, at, from: this.#use(arg.of), size });
        return undefined;
      case "string":
        return this.#point(at, size, this.#string(arg.value));
      case "bytes":
        return this.#point(at, size, this.block.append(arg.value));
      case "strings":
        return this.#point(at, size, this.#strings(arg.value));
      case "struct":
        return this.#point(at, size, this.#struct(arg));
      case "template":
        return this.#point(at, size, this.#template(arg.value));
      case "out":
        return this.#point(at, size, this.#out(arg.names));
      default:
        throw problem(`a ${arg.kind} can only stand as an argument of its own`);
    }
  }

  #point(at: number, size: number, to: number): number {
    if (size !== 8) throw problem(`an address does not fit into ${size} bytes`);
    this.patches.push({ kind: PATCH_KIND.ADDRESS, at, from: to, size });
    return to;
  }

  #string(value: string): number {
    refuseNul(value);
    return this.block.appendText(value);
  }

  #strings(values: readonly string[]): number {
    const array = this.block.reserve(8 * (values.length + 1));
    for (const [index, value] of values.entries()) this.#point(array + 8 * index, 8, this.#string(value));
    return array;
  }

  #struct({ type, fields }: StructArg): number {
    const layout = structLayout(type);
    const start = this.block.reserve(layout.size);
    for (const name in fields) {
      const arg = fields[name];
      if (!arg) continue;
      const field = Object.hasOwn(layout.fields, name) ? layout.fields[name] : undefined;
      if (!field) throw problem(`struct ${type} has no field "${name}"`);
      if (field.inline && arg.kind === "string") {
        const bytes = bytesOf(arg.value);
        const room = field.size - 1;
        if (bytes.length > room) throw problem(`"${arg.value}" is longer than the ${room} bytes there is room for`);
        this.block.set(start + field.offset, bytes);
      } else if (field.upperHalfAt !== undefined && arg.kind === "number") {
        const value = BigInt(arg.value);
        this.block.setInteger(start + field.offset, 4, value & 0xffff_ffffn);
        this.block.setInteger(start + field.upperHalfAt, 4, value >> 32n);
      } else {
        this.#place(start + field.offset, field.size, arg);
      }
    }
    return start;
  }

  /** Room for the longest text it can become, and how to put it together: literal, decimal, literal ... */
  #template(value: string): number {
    const pieces = value.split(resultInTemplate);
    const uses = (pieces.length - 1) / 2;
    const text = this.block.reserve(Buffer.byteLength(value) + uses * DECIMAL_MAX_BYTES + 1);
    for (const [index, piece] of pieces.entries()) {
      if (index % 2 === 1) {
        this.patches.push({ kind: PATCH_KIND.DECIMAL, at: 0, from: this.#use(piece), size: 0 });
        continue;
      }
      const bytes = bytesOf(piece);
      const at = index === 0 ? text : 0;
      this.patches.push({ kind: PATCH_KIND.TEXT, at, from: this.block.append(bytes), size: bytes.length });
    }
    return text;
  }

  #out(names: readonly string[]): number {
    if (names.length === 0) throw problem("a call that hands something back needs a name for it");
    const start = this.block.reserve(4 * names.length);
    for (const [index, name] of names.entries()) {
      this.patches.push({ kind: PATCH_KIND.OUT, at: start + 4 * index, from: this.slotOf(name), size: 4 });
      this.#outs.push(name);
    }
    return start;
  }

  #use(name: string): number {
    if (!this.known.has(name)) throw problem(`no earlier call has a result "${name}"`);
    return this.slotOf(name);
  }
}

function bytesOf(value: string): Buffer {
  refuseNul(value);
  return Buffer.from(value);
}

function refuseNul(value: string): void {
  if (value.includes("\0")) throw problem(`the string ${JSON.stringify(value)} has a NUL in it`);
}

function problem(message: string): GlassboxError {
  return new GlassboxError("invalid argument", message);
}
