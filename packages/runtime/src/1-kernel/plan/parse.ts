/**
 * Reads the text form of a plan back; `print.ts` has the grammar. Whatever `printPlan` writes (not abridged) comes back
 * equal; spaces and blank lines are free, so that people can edit it. Mistakes are named with their line.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { ERRNO, type ErrnoName } from "../abi/errno.ts";
import { readNumber, written } from "./constants.ts";
import type { Arg, Op, Plan } from "./plan.ts";
import { isStructName } from "./struct.ts";

/** @throws GlassboxError "invalid argument", the message beginning with "line N:" */
export function parsePlan(text: string): Plan {
  const plan: Plan = { programs: [] };
  let why: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const scanner = new Scanner(line, index + 1);
    if (scanner.atEnd()) continue;
    const comment = scanner.take(/#(?: (.*)|(.*))$/sy);
    if (comment) {
      why.push(comment[1] ?? comment[2] ?? "");
      continue;
    }
    if (scanner.take(/program(?=\s)/y)) {
      plan.programs.push({ name: scanner.name(), ops: [] });
      if (!scanner.atEnd()) scanner.complain("nothing more after the program's name");
    } else {
      const program = plan.programs.at(-1) ?? scanner.complain('"program NAME" before the first call');
      program.ops.push(parseOp(scanner, why.join("\n")));
    }
    why = [];
  }
  return plan;
}

function parseOp(scanner: Scanner, why: string): Op {
  const call = scanner.need(/[a-z_]\w*/y, "a system call's name")[0];
  scanner.need(/\(/y, '"(" behind the call');
  const op: Op = { call, args: scanner.list(/\)/y, '")"', () => parseArg(scanner)), why };
  if (scanner.take(/=/y)) {
    do parseOutcome(scanner, op);
    while (scanner.take(/\|/y));
  }
  if (scanner.take(/<-/y)) op.from = scanner.string() ?? scanner.need(/\S(?:.*\S)?/sy, "a field of config.json")[0];
  if (!scanner.atEnd()) scanner.complain('the end of the line, "= ..." or "<- ..."');
  // The order of an op's keys is that of `plan.ts`, for those who print it as JSON.
  const { from, allow, expect, result } = op;
  return {
    call: op.call,
    args: op.args,
    why,
    ...(from !== undefined && { from }),
    ...(allow !== undefined && { allow }),
    ...(expect !== undefined && { expect }),
    ...(result !== undefined && { result }),
  };
}

function parseOutcome(scanner: Scanner, op: Op): void {
  if (scanner.take(/ok\b/y)) return;
  const result = scanner.take(/\$([A-Za-z]\w*)/y)?.[1];
  if (result !== undefined) {
    op.result = result;
    return;
  }
  const value = scanner.take(/-?\d+/y)?.[0];
  if (value !== undefined) {
    op.expect = Number(value);
    return;
  }
  const errno = scanner.need(/E\w+/y, "a result like $root, a number, or an error like EEXIST")[0];
  if (!Object.hasOwn(ERRNO, errno)) scanner.complain(`an error the kernel knows instead of ${errno}`);
  op.allow = [...(op.allow ?? []), errno as ErrnoName];
}

function parseArg(scanner: Scanner): Arg {
  const string = scanner.string();
  if (string !== undefined) return { kind: "string", value: string };
  const hex = scanner.take(/x"([0-9a-f]*)"/y)?.[1];
  if (hex !== undefined) {
    if (hex.length % 2 === 1) scanner.complain("two hexadecimal digits for each byte");
    const text = scanner.comment();
    const value = new Uint8Array(Buffer.from(hex, "hex"));
    return text === undefined ? { kind: "bytes", value } : { kind: "bytes", value, text };
  }
  const template = scanner.take(/`((?:[^`\\]|\\.)*)`/y)?.[1];
  if (template !== undefined) return { kind: "template", value: parseTemplate(scanner, template) };
  const result = scanner.take(/\$([A-Za-z]\w*)/y)?.[1];
  if (result !== undefined) return { kind: "result", of: result };
  const of = scanner.take(/strlen\(\s*args\[(\d)\]\s*\)/y)?.[1];
  if (of !== undefined) return { kind: "length", of: Number(of) };
  if (scanner.take(/@/y)) return { kind: "program", name: scanner.name() };
  if (scanner.take(/NULL\b/y)) return { kind: "null" };
  if (scanner.take(/\[/y)) return parseList(scanner);
  const struct = scanner.take(/([A-Za-z_]\w*)\s*\{/y)?.[1];
  if (struct !== undefined) {
    if (!isStructName(struct)) scanner.complain(`a struct that plans can pass instead of ${struct}`);
    const fields = scanner.list(/\}/y, '"}"', (): [string, Arg] => {
      const name = scanner.need(/([A-Za-z_]\w*)\s*=/y, 'a field and "="')[1] ?? "";
      return [name, parseArg(scanner)];
    });
    return { kind: "struct", type: struct, fields: Object.fromEntries(fields) };
  }
  return parseNumber(scanner);
}

/** Behind "[": results the call fills in, or the strings of argv and envp. */
function parseList(scanner: Scanner): Arg {
  const entries = scanner.list(/\]/y, '"]"', () => {
    const out = scanner.take(/\$([A-Za-z]\w*)/y)?.[1];
    const string = out === undefined ? scanner.string() : undefined;
    return { out, string };
  });
  const outs = entries.flatMap(({ out }) => (out === undefined ? [] : [out]));
  const strings = entries.flatMap(({ string }) => (string === undefined ? [] : [string]));
  if (strings.length === entries.length) return { kind: "strings", value: strings };
  if (outs.length !== entries.length) scanner.complain("a list of strings only, or of results only");
  return { kind: "out", names: outs };
}

function parseNumber(scanner: Scanner): Arg {
  const term = "(?:makedev\\(\\d+,\\d+\\)|-?\\w+)";
  const text = scanner.need(new RegExp(`${term}(?:(?:\\||<<)${term})*`, "y"), "an argument")[0];
  if (readNumber(text) === undefined) scanner.complain(`a number or constants the kernel knows instead of ${text}`);
  const number = written(text);
  const comment = scanner.comment();
  return comment === undefined ? number : { ...number, text: comment };
}

/** `${name}` becomes `{name}` again; a backslash takes the special meaning from what follows. */
function parseTemplate(scanner: Scanner, text: string): string {
  return text.replace(/\$\{([A-Za-z]\w*)\}|\\(u[0-9a-f]{4}|.)/g, (all, name: string, escaped: string) => {
    if (name !== undefined) return `{${name}}`;
    return escaped === "`" || escaped === "$" ? escaped : scanner.json(`"${all}"`);
  });
}

/** Walks along one line; every expectation that fails names the line and column. */
class Scanner {
  readonly #line: string;
  readonly #number: number;
  #at = 0;

  constructor(line: string, number: number) {
    this.#line = line;
    this.#number = number;
  }

  /** Past spaces: what the sticky `pattern` matches here, or nothing. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    while (this.#line[this.#at] === " " || this.#line[this.#at] === "\t" || this.#line[this.#at] === "\r") this.#at++;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#line);
    if (match) this.#at = pattern.lastIndex;
    return match ?? undefined;
  }

  need(pattern: RegExp, wanted: string): RegExpExecArray {
    return this.take(pattern) ?? this.complain(wanted);
  }

  /** `each` separated by commas, up to `end`. */
  list<T>(end: RegExp, endName: string, each: () => T): T[] {
    const found: T[] = [];
    if (this.take(end)) return found;
    do found.push(each());
    while (this.take(/,/y));
    this.need(end, `"," or ${endName}`);
    return found;
  }

  string(): string | undefined {
    const quoted = this.take(/"(?:[^"\\]|\\.)*"/y)?.[0];
    return quoted === undefined ? undefined : this.json(quoted);
  }

  json(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return this.complain(`a string in JSON's notation instead of ${quoted}`);
    }
  }

  name(): string {
    return this.string() ?? this.need(/[\w.:-]+/y, "a program's name")[0];
  }

  comment(): string | undefined {
    const text = this.take(/\/\* (.*?) \*\//y)?.[1];
    return text?.startsWith('"') ? this.json(text) : text;
  }

  atEnd(): boolean {
    return this.take(/$/y) !== undefined;
  }

  complain(wanted: string): never {
    const rest = this.#line.slice(this.#at).trim();
    const found = rest === "" ? "the line ends" : `there is ${JSON.stringify(rest.slice(0, 40))}`;
    throw new GlassboxError("invalid argument", `line ${this.#number}: expected ${wanted}, but ${found}`);
  }
}
