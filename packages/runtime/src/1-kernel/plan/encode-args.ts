/**
 * One call's arguments in wire form: plain numbers where they stand, everything else in the data area with a patch that
 * puts its address, or a result, in place just before the call. Read `encode.ts` first.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { Block, refuseNul } from "./block.ts";
import type { Arg, StructArg } from "./plan.ts";
import { structLayout } from "./struct.ts";
import { PATCH_KIND } from "./wire.ts";

/** A 64-bit integer in decimal, with its sign. */
const DECIMAL_MAX_BYTES = 20;
const RESULT_NAME = /^[A-Za-z]\w*$/;

/** The numbered places where sysrun keeps results: of a whole plan, also when it is encoded in two blocks. */
export class Slots {
  /** In the order of their numbers. */
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(name: string): number {
    let slot = this.#numbers.get(name);
    if (slot === undefined) {
      slot = this.names.push(name) - 1;
      this.#numbers.set(name, slot);
    }
    return slot;
  }
}

export class ArgEncoder {
  readonly block = new Block();
  /** One after the other, each four numbers in the order that they have on the wire: kind, at, from, size. */
  readonly patches: number[] = [];
  readonly slots: Slots;
  /** Results that the op being encoded may use. */
  known = new Set<string>();
  /** Where structs stand that are made of numbers alone: the kernel reads them, and many calls pass the same. */
  readonly #structs = new Map<StructArg, number>();
  readonly #outs: string[] = [];

  constructor(slots: Slots) {
    this.slots = slots;
  }

  /** Fill the 8-byte words from `at` on. */
  encodeArguments(at: number, args: readonly Arg[]): void {
    const addresses: number[] = [];
    for (let index = 0, word = at; index < args.length; index++, word += 8) {
      const arg = args[index] as Arg;
      if (arg.kind === "number") this.block.setInteger(word, 8, arg.value);
      else if (arg.kind === "length") {
        const of = args[arg.of]?.kind;
        const text = addresses[arg.of];
        if ((of !== "string" && of !== "template") || text === undefined) {
          throw problem(`argument ${arg.of} is no string that stands before its length`);
        }
        this.patches.push(PATCH_KIND.LENGTH, word, text, 8);
      } else addresses[index] = this.#place(word, 8, arg) ?? 0;
    }
  }

  /** From here on the results that the call just encoded hands back through memory are known. */
  learnOuts(): void {
    for (let name = this.#outs.pop(); name !== undefined; name = this.#outs.pop()) this.known.add(name);
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
        this.patches.push(PATCH_KIND.RESULT, at, this.#use(arg.of), size);
        return undefined;
      case "string":
        return this.#point(at, size, this.block.appendText(arg.value));
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
    this.patches.push(PATCH_KIND.ADDRESS, at, to, size);
    return to;
  }

  #strings(values: readonly string[]): number {
    const array = this.block.reserve(8 * (values.length + 1));
    let at = array;
    for (const value of values) {
      this.#point(at, 8, this.block.appendText(value));
      at += 8;
    }
    return array;
  }

  #struct(arg: StructArg): number {
    let start = this.#structs.get(arg);
    if (start !== undefined) return start;
    const patches = this.patches.length;
    start = this.#fill(arg);
    if (this.patches.length === patches) this.#structs.set(arg, start);
    return start;
  }

  #fill({ type, fields }: StructArg): number {
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
    refuseNul(value);
    const pieces = piecesOf(value);
    const uses = (pieces.length - 1) / 2;
    const text = this.block.reserve(Buffer.byteLength(value) + uses * DECIMAL_MAX_BYTES + 1);
    for (let index = 0; index < pieces.length; index++) {
      const piece = pieces[index] as string;
      if (index % 2 === 1) this.patches.push(PATCH_KIND.DECIMAL, 0, this.#use(piece), 0);
      else {
        const size = piece === "" ? 0 : Buffer.byteLength(piece);
        this.patches.push(PATCH_KIND.TEXT, index === 0 ? text : 0, this.block.appendText(piece), size);
      }
    }
    return text;
  }

  #out(names: readonly string[]): number {
    if (names.length === 0) throw problem("a call that hands something back needs a name for it");
    const start = this.block.reserve(4 * names.length);
    let at = start;
    for (const name of names) {
      this.patches.push(PATCH_KIND.OUT, at, this.slots.of(name), 4);
      this.#outs.push(name);
      at += 4;
    }
    return start;
  }

  #use(name: string): number {
    if (!this.known.has(name)) throw problem(`no earlier call has a result "${name}"`);
    return this.slots.of(name);
  }
}

/** Text, then in turn the name of a result and text again. */
function piecesOf(template: string): string[] {
  const [first = "", ...rest] = template.split("{");
  const pieces = [first];
  for (const part of rest) {
    const end = part.indexOf("}");
    const name = part.slice(0, Math.max(end, 0));
    if (RESULT_NAME.test(name)) pieces.push(name, part.slice(end + 1));
    else pieces[pieces.length - 1] += `{${part}`;
  }
  return pieces;
}

function bytesOf(value: string): Buffer {
  refuseNul(value);
  return Buffer.from(value);
}

function problem(message: string): GlassboxError {
  return new GlassboxError("invalid argument", message);
}
