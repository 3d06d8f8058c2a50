/**
 * Annotations that set properties of a container's unit, `org.systemd.property.NAME`, as runc and crun read them: the value
 * is GVariant text, the form that D-Bus tools print (`uint64 5000000`, `'inactive-or-failed'`). `systemd-run` takes the
 * words of unit files instead, so both are translated: `TimeoutStopUSec` of `uint64 5000000` is `TimeoutStopSec=5000000us`.
 */
import { GlassboxError } from "../../0-base/mod.ts";

const PREFIX = "org.systemd.property.";

/**
 * Pure: `NAME=VALUE` for each such annotation; a list of strings comes as one for each string.
 * @throws GlassboxError invalid argument naming the annotation
 */
export function unitAnnotations(annotations: Readonly<Record<string, string>>): string[] {
  return Object.entries(annotations).flatMap(([key, text]) => {
    if (!key.startsWith(PREFIX)) return [];
    const name = key.slice(PREFIX.length);
    const field = `/annotations/${key}`;
    if (name.length < 3) throw problem(field, "name incorrect: too short", "Name a property of a scope");
    if (!/^[A-Za-z]+$/.test(name))
      throw problem(field, "name incorrect: must only contain letters", "Name a property of a scope");
    const value = parseValue(text.trim());
    if (value === undefined) {
      throw problem(
        field,
        `value parse error: ${JSON.stringify(text)} is no number, string, boolean or list of strings`,
        "Write GVariant text: uint64 5, 'text', true, ['a', 'b']",
      );
    }
    return assignments(name, value, field);
  });
}

type Value = { number: string } | { text: string } | { texts: string[] } | { boolean: boolean };

/** What a property counts when it counts nothing: all bits set. */
const UNLIMITED = "18446744073709551615";

function assignments(name: string, value: Value, field: string): string[] {
  if ("texts" in value) return value.texts.map((text) => `${name}=${text}`);
  if ("text" in value) return [`${name}=${value.text}`];
  if ("boolean" in value) return [`${name}=${value.boolean ? "yes" : "no"}`];
  const { number } = value;
  // runc's test for a time: "Sec" behind a small letter.
  const [, stem, unit] = /^(.*[a-z])(USec|Sec)$/.exec(name) ?? [];
  if (stem === undefined) return [`${name}=${number === UNLIMITED ? "infinity" : number}`];
  if (number.startsWith("-")) throw problem(field, "value parse error: a time is not negative", "Write uint64 5000000");
  const whole = number === UNLIMITED ? "infinity" : undefined;
  // Time on a processor in each second, which unit files have as a share.
  if (name === "CPUQuotaPerSecUSec") return [`CPUQuota=${whole ? "" : `${Number(number) / 10_000}%`}`];
  return [`${stem}Sec=${whole ?? `${number}${unit === "Sec" ? "s" : "us"}`}`];
}

const NUMBER = /^(?:(?:byte|int16|uint16|int32|uint32|int64|uint64|double|@[ynqiuxtd])\s+)?([-+]?\d+(?:\.\d+)?)$/;

function parseValue(text: string): Value | undefined {
  const number = NUMBER.exec(text)?.[1];
  if (number !== undefined) return { number: number.replace(/^\+/, "") };
  const boolean = /^(?:(?:boolean|@b)\s+)?(true|false)$/.exec(text)?.[1];
  if (boolean !== undefined) return { boolean: boolean === "true" };
  const list = /^(?:@as\s+)?\[(.*)\]$/s.exec(text)?.[1];
  if (list !== undefined) return parseList(list.trim());
  const one = parseString(text.replace(/^(?:string|@s)\s+/, ""));
  return one?.rest === "" ? { text: one.value } : undefined;
}

function parseList(text: string): Value | undefined {
  const texts: string[] = [];
  for (let rest = text; rest !== ""; ) {
    const next = parseString(rest);
    if (!next) return undefined;
    texts.push(next.value);
    const after = next.rest.trimStart();
    if (after !== "" && !after.startsWith(",")) return undefined;
    rest = after.slice(1).trimStart();
  }
  return { texts };
}

/** A string in either kind of quotes at the start of `text`, and what comes after it. */
function parseString(text: string): { value: string; rest: string } | undefined {
  const [whole, , inner] = /^(['"])((?:\\.|(?!\1)[^\\\n])*)\1/.exec(text) ?? [];
  if (whole === undefined || inner === undefined) return undefined;
  return {
    value: inner.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter),
    rest: text.slice(whole.length).trim(),
  };
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r" };

function problem(field: string, what: string, hint: string): GlassboxError {
  return new GlassboxError("invalid argument", `annotation ${field} ${what}`, { hint });
}
