/**
 * From a plan to what sysrun reads, in one block or in two; `wire.ts` has the layout. Everything that can be wrong with a
 * plan as such is found here: an unknown call, a result used before it exists, a NUL inside a string.
 * `encode-op.ts` does one call, `encode-args.ts` what stands in its arguments.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { ERRNO, type ErrnoName } from "../abi/errno.ts";
import type { Block } from "./block.ts";
import { ArgEncoder, Slots } from "./encode-args.ts";
import { encodeOp } from "./encode-op.ts";
import type { Plan, Program } from "./plan.ts";
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

/** Where a second block is waited for: there is none, since what should be in it makes no sense. Nothing follows. */
export const NO_MORE = Buffer.alloc(HEADER_BYTES);
NO_MORE.writeUInt32LE(MAGIC, HEADER.magic);

/** All of it in one block. @throws GlassboxError "invalid argument" naming program and call, for a plan that makes no sense */
export function encodePlan(plan: Plan, options: EncodeOptions = {}): EncodedPlan {
  const encoder = new PlanEncoder(plan, options);
  return { block: encoder.encode(0, plan.programs.length), slots: encoder.slots };
}

/** Some of a plan's programs at a time, in their order. */
export class PlanEncoder {
  readonly #plan: Plan;
  readonly #names: string[];
  readonly #failAt: EncodeOptions["failAt"];
  readonly #slots = new Slots();
  /** What each program knows when it starts: what was known where it is cloned. */
  readonly #inherited = new Map<number, ReadonlySet<string>>([[0, new Set()]]);

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

  /** @returns the block with programs `first` to `end`, not included. @throws GlassboxError "invalid argument" */
  encode(first: number, end: number): Uint8Array {
    const programs = this.#plan.programs.slice(first, end);
    const encoder = new ArgEncoder(this.#slots);
    const { block } = encoder;
    const opCount = programs.reduce((count, { ops }) => count + ops.length, 0);
    const header = block.reserve(HEADER_BYTES);
    const programsAt = block.reserve(programs.length * PROGRAM_BYTES);
    const opsAt = block.reserve(opCount * OP_BYTES);
    let firstOp = 0;
    for (const [index, { ops }] of programs.entries()) {
      writeFields(block, programsAt + index * PROGRAM_BYTES, PROGRAM, { first_op: firstOp, op_count: ops.length });
      this.#encodeProgram(encoder, first + index, opsAt + firstOp * OP_BYTES);
      firstOp += ops.length;
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
      program_count: programs.length,
      ops: opsAt,
      op_count: opCount,
      patches: patchesAt,
      patch_count: encoder.patches.length / PATCH_NUMBERS,
      slot_count: this.slots.length,
      first_program: first,
    });
    return block.bytes;
  }

  #encodeProgram(encoder: ArgEncoder, index: number, at: number): void {
    const { name, ops } = this.#plan.programs[index] as Program;
    const known = this.#inherited.get(index);
    if (!known) throw problem(`Cannot encode program "${name}": no earlier program clones it`);
    encoder.known = new Set(known);
    let position = 0;
    try {
      for (const op of ops) {
        const child = encodeOp(encoder, at + position * OP_BYTES, op, this.#names, index);
        // Cloned in two places, a program can count on what both know.
        if (child) this.#inherited.set(child.program, intersection(child.knows, this.#inherited.get(child.program)));
        position++;
      }
    } catch (cause) {
      const { call, from } = ops[position] ?? {};
      const field = from === undefined ? "" : `, asked for by config.json field "${from}"`;
      const where = `program "${name}", call ${position} (${call})${field}`;
      throw problem(`Cannot encode ${where}: ${cause instanceof Error ? cause.message : cause}`, cause);
    }
    if (this.#failAt?.program === name) {
      encoder.block.setInteger(at + this.#failAt.op * OP_BYTES + OP.fail, 2, ERRNO[this.#failAt.errno]);
    }
  }
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
  for (const name of Object.keys(offsets) as Name[]) block.words[(at + offsets[name]) >>> 2] = values[name];
}

function intersection(one: ReadonlySet<string>, other: ReadonlySet<string> = one): ReadonlySet<string> {
  return new Set([...one].filter((name) => other.has(name)));
}

function problem(message: string, cause?: unknown): GlassboxError {
  return new GlassboxError("invalid argument", message, cause === undefined ? {} : { cause });
}
