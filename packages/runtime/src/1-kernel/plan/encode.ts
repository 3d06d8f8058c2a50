/**
 * From a plan to what sysrun reads, in one block or in several; `wire.ts` has the layout. Everything that can be wrong with a
 * plan as such is found here: an unknown call, a result used before it exists, a NUL inside a string.
 * `encode-op.ts` does one call, `encode-args.ts` what stands in its arguments.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { ERRNO, type ErrnoName } from "../abi/errno.ts";
import { Block } from "./block.ts";
import { ArgEncoder, Slots } from "./encode-args.ts";
import { encodeOp } from "./encode-op.ts";
import type { Op, Plan, Program } from "./plan.ts";
import {
  BLOCK_MAX_BYTES,
  HEADER,
  HEADER_BYTES,
  MAGIC,
  OP,
  OP_BYTES,
  PATCH_NUMBERS,
  PROGRAM,
  PROGRAM_BYTES,
} from "./wire.ts";

export interface EncodedPlan {
  block: Uint8Array;
  /** Name of each result slot. */
  slots: string[];
}

export interface EncodeOptions {
  /** Do not make this call; act as if the kernel had answered `errno`. For trying out what happens then. */
  failAt?: { program: string; op: number; errno: ErrnoName } | undefined;
}

/** Where another block is waited for: there is none, since what should be in it makes no sense. Nothing follows. */
export const NO_MORE = Buffer.alloc(HEADER_BYTES);
NO_MORE.writeUInt32LE(MAGIC, HEADER.magic);

/** Calls of one block, when a program comes in several: sysrun makes them while as many more are encoded. */
const OPS_IN_BLOCK = 40;

/** With the first of these a process gives something away that it may need to read on: limits, rights, calls, descriptors. */
const GIVES_AWAY: ReadonlySet<string> = new Set([
  "dup3",
  "prlimit64",
  "prctl",
  "setgroups",
  "setresgid",
  "setresuid",
  "capset",
  "seccomp",
  "close_range",
  "execve",
]);

/** All of it in one block. @throws GlassboxError "invalid argument" naming program and call, for a plan that makes no sense */
export function encodePlan(plan: Plan, options: EncodeOptions = {}): EncodedPlan {
  const encoder = new PlanEncoder(plan, options);
  return { block: encoder.whole(), slots: encoder.slots };
}

/** Calls of one program that stand together in a block: from this one on, and up to that one. */
interface Piece {
  program: number;
  from: number;
  to: number;
}

/** Of one plan, once: in a block, or in several. */
export class PlanEncoder {
  readonly #plan: Plan;
  readonly #names: string[];
  readonly #failAt: EncodeOptions["failAt"];
  readonly #slots = new Slots();
  readonly #block = new Block();
  /** What each program knows when it starts: what was known where it is cloned. And when it goes on: what it knew then. */
  readonly #known = new Map<number, ReadonlySet<string>>([[0, new Set()]]);

  /** @throws GlassboxError "invalid argument" */
  constructor(plan: Plan, { failAt }: EncodeOptions = {}) {
    if (plan.programs.length === 0) throw problem("Cannot encode a plan without programs");
    this.#plan = plan;
    this.#names = plan.programs.map((program) => program.name);
    this.#failAt = failAt;
    const repeated = this.#names.find((name, index) => this.#names.indexOf(name) !== index);
    if (repeated !== undefined) throw problem(`Cannot encode a plan with two programs named "${repeated}"`);
    if (failAt && !plan.programs.find(({ name }) => name === failAt.program)?.ops[failAt.op]) {
      throw problem(`Cannot fail call ${failAt.op} of program "${failAt.program}": the plan has no such call`);
    }
  }

  /** Name of each result slot; the list grows with each block. */
  get slots(): string[] {
    return this.#slots.names;
  }

  /** @throws GlassboxError "invalid argument" */
  whole(): Uint8Array {
    return this.#encode(this.#plan.programs.map(({ ops }, program) => ({ program, from: 0, to: ops.length })));
  }

  /**
   * Block by block, each good until the next is asked for. Where a plan is a program and one that it clones, as most are, the
   * first comes first, and the other, which is most of the plan, piece by piece: the process that is cloned reads them, so
   * there may be only one. Any other plan is one block.
   *
   * @throws GlassboxError "invalid argument" for the piece that makes no sense
   */
  *inPieces(): Generator<Uint8Array> {
    const [first, second, ...others] = this.#plan.programs;
    if (!first || !second || others.length > 0 || clones(first) !== 1 || clones(second) > 0) return yield this.whole();
    yield this.#encode([{ program: 0, from: 0, to: first.ops.length }]);
    const settled = Math.max(
      second.ops.findIndex(({ call }) => GIVES_AWAY.has(call)),
      0,
    );
    for (let from = 0; from < settled; from += OPS_IN_BLOCK) {
      yield this.#encode([{ program: 1, from, to: Math.min(from + OPS_IN_BLOCK, settled) }]);
    }
    yield this.#encode([{ program: 1, from: settled, to: second.ops.length }]);
  }

  #encode(pieces: Piece[]): Uint8Array {
    const [first, last] = [pieces[0], pieces.at(-1)] as [Piece, Piece];
    const block = this.#block;
    block.clear();
    const encoder = new ArgEncoder(block, this.#slots);
    const opCount = pieces.reduce((count, { from, to }) => count + to - from, 0);
    const header = block.reserve(HEADER_BYTES);
    const programsAt = block.reserve(pieces.length * PROGRAM_BYTES);
    const opsAt = block.reserve(opCount * OP_BYTES);
    let firstOp = 0;
    for (const [index, piece] of pieces.entries()) {
      const count = piece.to - piece.from;
      writeFields(block, programsAt + index * PROGRAM_BYTES, PROGRAM, { first_op: firstOp, op_count: count });
      this.#encodePiece(encoder, piece, opsAt + firstOp * OP_BYTES);
      firstOp += count;
    }
    const patchesAt = writePatches(encoder);
    const size = block.bytes.length;
    if (size > BLOCK_MAX_BYTES) {
      throw problem(`Cannot encode a plan of ${size} bytes: sysrun reads at most ${BLOCK_MAX_BYTES}`);
    }
    writeFields(block, header, HEADER, {
      magic: MAGIC,
      size,
      programs: programsAt,
      program_count: pieces.length,
      ops: opsAt,
      op_count: opCount,
      patches: patchesAt,
      patch_count: encoder.patches.length / PATCH_NUMBERS,
      slot_count: this.slots.length,
      first_program: first.program,
      first_op: first.from,
      goes_on: last.to < this.#program(last).ops.length ? 1 : 0,
    });
    return block.bytes;
  }

  #program({ program }: Piece): Program {
    return this.#plan.programs[program] as Program;
  }

  #encodePiece(encoder: ArgEncoder, piece: Piece, at: number): void {
    const { name, ops } = this.#program(piece);
    const known = this.#known.get(piece.program);
    if (!known) throw problem(`Cannot encode program "${name}": no earlier program clones it`);
    encoder.known = new Set(known);
    let position = piece.from;
    try {
      for (let word = at; position < piece.to; word += OP_BYTES) {
        const child = encodeOp(encoder, word, ops[position] as Op, this.#names, piece.program);
        // Cloned in two places, a program can count on what both know.
        if (child) this.#known.set(child.program, intersection(child.knows, this.#known.get(child.program)));
        position++;
      }
    } catch (cause) {
      const { call, from } = ops[position] ?? {};
      const field = from === undefined ? "" : `, asked for by config.json field "${from}"`;
      const where = `program "${name}", call ${position} (${call})${field}`;
      throw problem(`Cannot encode ${where}: ${cause instanceof Error ? cause.message : cause}`, cause);
    }
    this.#known.set(piece.program, encoder.known);
    const { program, op: failing = -1, errno = "EPERM" } = this.#failAt ?? {};
    if (program !== name || failing < piece.from || failing >= piece.to) return;
    encoder.block.setInteger(at + (failing - piece.from) * OP_BYTES + OP.fail, 2, ERRNO[errno]);
  }
}

function clones({ ops }: Program): number {
  return ops.filter(({ call }) => call === "clone3").length;
}

function writePatches({ block, patches }: ArgEncoder): number {
  const start = block.reserve(4 * patches.length);
  block.words.set(patches, start >>> 2);
  return start;
}

/** A struct of 32-bit fields, by their names and offsets. */
function writeFields<Name extends string>(
  block: Block,
  at: number,
  offsets: Record<Name, number>,
  values: Record<Name, number>,
): void {
  const { words } = block;
  for (const name in offsets) words[(at + offsets[name]) >>> 2] = values[name];
}

function intersection(one: ReadonlySet<string>, other: ReadonlySet<string> = one): ReadonlySet<string> {
  return new Set([...one].filter((name) => other.has(name)));
}

function problem(message: string, cause?: unknown): GlassboxError {
  return new GlassboxError("invalid argument", message, cause === undefined ? {} : { cause });
}
