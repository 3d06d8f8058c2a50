/**
 * What the constructors of this folder share: how an op is put together, and the shapes their callers may pass. Each
 * family has its file (`mount.ts`, `files.ts`, ...); each constructor is named after its call and writes flags by name.
 */
import type { ErrnoName } from "../abi/errno.ts";
import { flags } from "../plan/constants.ts";
import type { Arg, Op, ResultArg, StructArg, TemplateArg } from "../plan/plan.ts";
import type { FieldOf, StructName } from "../plan/struct.ts";

/** What every op says beside its call: see `Op` for each. */
export interface About {
  why: string;
  from?: string | undefined;
  allow?: ErrnoName[] | undefined;
  expect?: number | undefined;
  result?: string | undefined;
}

/** A descriptor: a number, or the result of the op that opened it. */
export type Descriptor = number | ResultArg;
/** Where a relative path starts: a directory's descriptor, or the working directory. */
export type Directory = Descriptor | "AT_FDCWD";
/** A path; a template where it names an earlier result, as `/proc/self/fd/{root}` does. */
export type Path = string | TemplateArg;
/** An identifier or count: a number, or an earlier result. */
export type Value = number | bigint | ResultArg;

/** What the op named `of` returned. */
export function result(of: string): ResultArg {
  return { kind: "result", of };
}

/** A string in which `{name}` becomes an earlier result in decimal. */
export function template(value: string): TemplateArg {
  return { kind: "template", value };
}

export function op(call: string, args: Arg[], about: About): Op {
  const made: Op = { call, args, why: about.why };
  if (about.from !== undefined) made.from = about.from;
  if (about.allow !== undefined && about.allow.length > 0) made.allow = about.allow;
  if (about.expect !== undefined) made.expect = about.expect;
  if (about.result !== undefined) made.result = about.result;
  return made;
}

export function number(value: Value): Arg {
  return typeof value === "object" ? value : { kind: "number", value };
}

export function directory(value: Directory): Arg {
  return value === "AT_FDCWD" ? flags(["AT_FDCWD"]) : number(value);
}

export function path(value: Path): Arg {
  return typeof value === "string" ? { kind: "string", value } : value;
}

/** A path where leaving it out means a null pointer. */
export function optionalPath(value: Path | undefined): Arg {
  return value === undefined ? nothing : path(value);
}

export const nothing: Arg = { kind: "null" };
export const zero: Arg = { kind: "number", value: 0 };

export function struct<Name extends StructName>(
  type: Name,
  fields: Partial<Record<FieldOf<Name>, Arg | undefined>>,
): StructArg {
  const given: Record<string, Arg> = {};
  const asked: Record<string, Arg | undefined> = fields;
  for (const name in asked) {
    const arg = asked[name];
    if (arg !== undefined) given[name] = arg;
  }
  return { kind: "struct", type, fields: given };
}
