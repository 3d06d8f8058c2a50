/**
 * One call's arguments in wire form: plain numbers where they stand, everything else in the data area with a patch that
 * puts its address, or a result, in place just before the call. Read `encode.ts` first.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { type Block, refuseNul } from "./block.ts";
import type { Arg, StructArg } from "./plan.ts";
import { structLayout } from "./struct.ts";
import { PATCH_KIND, PATCH_NUMBERS } from "./wire.ts";

/** A 64-bit integer in decimal, with its sign. */
const DECIMAL_MAX_BYTES = 20;
const RESULT_NAME = /^[A-Za-z]\w*$/;

/** The numbered places where sysrun keeps results: of a whole plan, also when it is encoded in several blocks. */
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
  readonly block: Block;
  /** One after the other, each four numbers in the order that they have on the wire: kind, at, from, size. */
  readonly patches: number[] = [];
  readonly slots: Slots;
  /** Results that the op being encoded may use. */
  known = new Set<string>();
  /** Where structs stand that are made of numbers alone: the kernel reads them, and many calls pass the same. */
  readonly #structs = new Map<StructArg, number>();
  /** Of the op being encoded: what it hands back through memory. */
  readonly outs: string[] = [];

  constructor(block: Block, slots: Slots) {
    this.block = block;
    this.slots = slots;
  }

  /** Fill the 8-byte words from `at` on. */
  encodeArguments(at: number, args: readonly Arg[]): void {
    for (let index = 0, word = at; index < args.length; index++, word += 8) {
      const arg = args[index] as Arg;
      if (arg.kind === "length") {
        const of = args[arg.of]?.kind;
        if ((of !== "string" && of !== "template") || arg.of > index) {
          throw problem(`argument ${arg.of} is no string that stands before its length`);
        }
        this.patches.push(PATCH_KIND.LENGTH, word, this.#addressAt(at + 8 * arg.of), 8);
      } else this.#place(word, 8, arg);
    }
  }

  /** What the patch made for these bytes puts there. */
  #addressAt(at: number): number {
    const { patches } = this;
    let patch = patches.length - PATCH_NUMBERS;
    while (patches[patch + 1] !== at || patches[patch] !== PATCH_KIND.ADDRESS) patch -= PATCH_NUMBERS;
    return patches[patch + 2] as number;
  }

  /** From here on the results that the call just encoded hands back through memory are known. */
  learnOuts(): void {
    for (const name of this.outs) this.known.add(name);
    this.outs.length = 0;
  }

  /** Put what `arg` means into `size` bytes at `at`. */
  #place(at: number, size: number, arg: Arg): void {
    switch (arg.kind) {
      case "number":
        this.block.setInteger(at, size, arg.value);
        break;
      case "string":
        this.#point(at, size, this.block.appendText(arg.value));
        break;
      case "result":
        this.patches.push(PATCH_KIND.RESULT, at, this.#use(arg.of), size);
        break;
      case "null":
        break;
      case "bytes":
        this.#point(at, size, this.block.append(arg.value));
        break;
      case "strings":
        this.#point(at, size, this.#strings(arg.value));
        break;
      case "struct":
        this.#point(at, size, this.#struct(arg));
        break;
      case "template":
        this.#point(at, size, this.#template(arg.value));
        break;
      case "out":
        this.#point(at, size, this.#out(arg.names));
        break;
      default:
        throw problem(`a ${arg.kind} can only stand as an argument of its own`);
    }
  }

  #point(at: number, size: number, to: number): void {
    if (size !== 8) throw problem(`an address does not fit into ${size} bytes`);
    this.patches.push(PATCH_KIND.ADDRESS, at, to, size);
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
      this.outs.push(name);
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
