/**
 * A small schema language for checking JSON of unknown origin: each shape looks at a value and says what is wrong with
 * it, by JSON pointer. No more than `config.json` needs, because a container runtime is started for every container and
 * a schema library's start alone would cost more than the rest.
 */

export interface Problem {
  /** JSON pointer (RFC 6901): `/linux/namespaces/2/type`. */
  pointer: string;
  message: string;
}

export type Shape = (value: unknown, pointer: string) => readonly Problem[];

/** What almost every value answers: one list for all of them. */
const NONE: readonly Problem[] = [];

/** Text for the kernel, where a NUL would end it early. */
export const string: Shape = (value, pointer) => {
  if (typeof value !== "string") return wrong(pointer, "a string", value);
  return value.includes("\0") ? wrong(pointer, "without NUL", value) : NONE;
};
/** Text that is only passed on. */
export const anyText: Shape = (value, pointer) =>
  typeof value === "string" ? NONE : wrong(pointer, "a string", value);
export const boolean: Shape = (value, pointer) =>
  typeof value === "boolean" ? NONE : wrong(pointer, "true or false", value);

/** A whole number in a range, both ends included. */
export function integer(min: number, max: number): Shape {
  return (value, pointer) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? NONE
      : wrong(
          pointer,
          min === Number.NEGATIVE_INFINITY ? "a whole number" : `a whole number from ${min} to ${max}`,
          value,
        );
}

export const uint32 = integer(0, 2 ** 32 - 1);
/** 64 bits, as exact as JSON allows. */
export const int64 = integer(-(2 ** 63), 2 ** 64);

export function oneOf(words: readonly string[]): Shape {
  return (value, pointer) =>
    typeof value === "string" && words.includes(value) ? NONE : wrong(pointer, `one of ${words.join(", ")}`, value);
}

/** What the kernel takes for a path at all, less its NUL (PATH_MAX). */
const PATH_BYTES = 4095;

export const path: Shape = (value, pointer) =>
  typeof value === "string" && !value.includes("\0") && Buffer.byteLength(value) <= PATH_BYTES
    ? NONE
    : wrong(pointer, `a path of at most ${PATH_BYTES} bytes without NUL`, value);

/** A path beginning at the root. */
export const absolutePath: Shape = (value, pointer) =>
  typeof value === "string" && value.startsWith("/") ? path(value, pointer) : wrong(pointer, "an absolute path", value);

export function list(shape: Shape): Shape {
  return (value, pointer) => {
    if (!Array.isArray(value)) return wrong(pointer, "a list", value);
    let problems = NONE;
    for (let index = 0; index < value.length; index++)
      problems = both(problems, shape(value[index], `${pointer}/${index}`));
    return problems;
  };
}

export function map(shape: Shape): Shape {
  return (value, pointer) => {
    if (!isRecord(value)) return wrong(pointer, "an object", value);
    let problems = NONE;
    for (const key of Object.keys(value))
      problems = both(problems, shape(value[key], `${pointer}/${escapePointer(key)}`));
    return problems;
  };
}

/** Fields ending in `?` may be absent or null. Fields not named are left alone: the spec tells runtimes to ignore them. */
export function object(fields: Record<string, Shape>): Shape {
  const known = Object.entries(fields).map(([key, shape]) => {
    const optional = key.endsWith("?");
    return { name: optional ? key.slice(0, -1) : key, optional, shape };
  });
  return (value, pointer) => {
    if (!isRecord(value)) return wrong(pointer, "an object", value);
    let problems = NONE;
    for (const { name, optional, shape } of known) {
      const field = value[name];
      if (field !== undefined && field !== null) problems = both(problems, shape(field, `${pointer}/${name}`));
      else if (!optional) problems = [...problems, { pointer: `${pointer}/${name}`, message: "is missing" }];
    }
    return problems;
  };
}

function both(some: readonly Problem[], more: readonly Problem[]): readonly Problem[] {
  return more.length === 0 ? some : [...some, ...more];
}

/** A key as part of a JSON pointer. */
export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(pointer: string, wanted: string, value: unknown): Problem[] {
  const shown = JSON.stringify(value) ?? String(value);
  return [{ pointer, message: `must be ${wanted}, not ${shown.length > 60 ? `${shown.slice(0, 60)}...` : shown}` }];
}
