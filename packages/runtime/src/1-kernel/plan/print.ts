/**
 * A plan as text, close to what `strace` shows, for people to read and edit; `parse.ts` reads it back without loss.
 *
 * ```
 * program sysrun
 *
 *   # Open the container's root by descriptor, so that nobody can swap it under us.
 *   openat2(AT_FDCWD, "/srv/web/rootfs", open_how{flags=O_PATH|O_DIRECTORY|O_CLOEXEC}, 24) = $root  <- /root/path
 *
 *   # Make the mount point; it may be there already.
 *   mkdirat($root, "proc", 0755) = ok | EEXIST  <- /mounts/0/destination
 * ```
 *
 * Above a call stands why it is made; behind `=` what may come back: the name of its result, the only value that will
 * do, errors that are as good as success; behind `<-` the field of `config.json` that asked for it. Arguments are
 *
 * - numbers as C writes them: `42`, `0755`, `MS_BIND|MS_REC`, `1<<CAP_CHOWN`
 * - `"text"`, and `["sh", "-c"]` for argv and envp; `NULL`
 * - `` `/proc/self/fd/${root}` ``: text with an earlier result in it; `strlen(args[1])`: how long such text has become
 * - `$root`: an earlier result; `[$reader, $writer]`: results that the call fills in
 * - `open_how{flags=O_RDONLY, resolve=RESOLVE_IN_ROOT}`: a struct of `struct.ts`
 * - `x"0600ff7f"`: bytes, with a comment in C's manner saying what they are
 * - `@init`: the program a child of `clone3` runs
 */
import { readNumber, written } from "./constants.ts";
import type { Arg, NumberArg, Op, Plan } from "./plan.ts";

export interface PrintOptions {
  /** Leave out the middle of long byte strings and lists: for showing, not for parsing back. */
  abridged?: boolean;
}

/** Bytes and list entries that an abridged print still shows. */
const ABRIDGED_BYTES = 16;
const ABRIDGED_ENTRIES = 6;

export const resultInTemplate = /\{([A-Za-z]\w*)\}/g;

export function printPlan(plan: Plan, options: PrintOptions = {}): string {
  const programs = plan.programs.map((program) => {
    const ops = program.ops.map((op) => `\n${prefixLines(printOp(op, options), "  ")}\n`);
    return `program ${printName(program.name)}\n${ops.join("")}`;
  });
  return programs.join("\n");
}

/** One op with its reason above it. */
export function printOp(op: Op, options: PrintOptions = {}): string {
  const why = op.why === "" ? "" : `${prefixLines(op.why, "# ")}\n`;
  const from = op.from === undefined ? "" : `  <- ${printPointer(op.from)}`;
  return `${why}${printCall(op, options)}${from}`;
}

/** One op as the call alone: `mkdirat($root, "proc", 0755) = ok | EEXIST`. */
export function printCall(op: Op, options: PrintOptions = {}): string {
  const args = op.args.map((arg) => printArg(arg, options)).join(", ");
  const outcomes = [
    ...(op.result === undefined ? [] : [`$${op.result}`]),
    ...(op.expect === undefined ? [] : [`${op.expect}`]),
    ...(op.allow ?? []),
  ];
  // `= EEXIST` alone would read as if nothing else could come back.
  if (op.allow && op.result === undefined && op.expect === undefined) outcomes.unshift("ok");
  return `${op.call}(${args})${outcomes.length === 0 ? "" : ` = ${outcomes.join(" | ")}`}`;
}

export function printArg(arg: Arg, options: PrintOptions = {}): string {
  switch (arg.kind) {
    case "number":
      return printNumber(arg);
    case "string":
      return JSON.stringify(arg.value);
    case "bytes":
      return `x"${printHex(arg.value, options)}"${arg.text === undefined ? "" : ` ${printComment(arg.text)}`}`;
    case "strings":
      return `[${printStrings(arg.value, options).join(", ")}]`;
    case "struct": {
      const fields = Object.entries(arg.fields).map(([name, field]) => `${name}=${printArg(field, options)}`);
      return `${arg.type}{${fields.join(", ")}}`;
    }
    case "result":
      return `$${arg.of}`;
    case "template":
      return printTemplate(arg.value);
    case "length":
      return `strlen(args[${arg.of}])`;
    case "out":
      return `[${arg.names.map((name) => `$${name}`).join(", ")}]`;
    case "program":
      return `@${printName(arg.name)}`;
    case "null":
      return "NULL";
  }
}

function printNumber({ value, text }: NumberArg): string {
  if (text === undefined) return `${value}`;
  // Where the text alone says it all, and would be kept when read back, it stands alone.
  const says = readNumber(text) === value && written(text).text === text;
  return says ? text : `${value} ${printComment(text)}`;
}

/** The `{name}` of a template, in the notation that a template has in JavaScript. */
function printTemplate(value: string): string {
  const literal = (text: string) => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replace(/[`$]/g, "\\$&");
  const pieces = value.split(resultInTemplate);
  return `\`${pieces.map((piece, index) => (index % 2 === 1 ? `\${${piece}}` : literal(piece))).join("")}\``;
}

function printHex(bytes: Uint8Array, { abridged }: PrintOptions): string {
  const hex = (part: Uint8Array) => Buffer.from(part).toString("hex");
  return abridged && bytes.length > ABRIDGED_BYTES ? `${hex(bytes.subarray(0, ABRIDGED_BYTES))}...` : hex(bytes);
}

function printStrings(values: readonly string[], { abridged }: PrintOptions): string[] {
  const shown = abridged && values.length > ABRIDGED_ENTRIES ? values.slice(0, ABRIDGED_ENTRIES) : values;
  return [...shown.map((value) => JSON.stringify(value)), ...(shown === values ? [] : ["..."])];
}

function printComment(text: string): string {
  return `/* ${/^[^"\s]([^\n]*\S)?$/.test(text) && !text.includes("*/") ? text : quoted(text)} */`;
}

function printPointer(pointer: string): string {
  return /^[^"\s]([^\n]*\S)?$/.test(pointer) ? pointer : JSON.stringify(pointer);
}

function printName(name: string): string {
  return /^[\w.:-]+$/.test(name) ? name : JSON.stringify(name);
}

function prefixLines(text: string, prefix: string): string {
  return prefix + text.replaceAll("\n", `\n${prefix}`);
}

/** As JSON, without the characters that would end a comment. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("*/", "*\\u002f");
}
