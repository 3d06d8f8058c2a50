/**
 * The small language of checks: one condition a line, `ns.uts.hostname = "amber-otter"`, `P.ns.mnt != host.ns.mnt`,
 * `not initial`. A path starts at the object being looked for, or at a name bound before (capital letter), or at `host`
 * (the process that starts the learner's shells). Which fields there are: `fields.ts`. What it means: `evaluate.ts`.
 */
import { GlassboxError } from "@glassbox/runtime/base";

export type Operator = "=" | "!=" | ">=" | "<=" | ">" | "<" | "includes" | "excludes" | "starts with" | "ends with";

export type Term = { kind: "path"; path: string[] } | { kind: "literal"; value: string | number | boolean };

export interface Condition {
  /** As written, for messages. */
  text: string;
  left: string[];
  operator: Operator;
  right: Term;
}

/** Several alternatives, one of which must hold; a plain condition is a list of one. */
export type Alternatives = Condition[];

const PATH = /^[A-Za-z][\w-]*(?:\.[\w-]+)*$/;
const COMPARISON = /^(\S+)\s+(=|!=|>=|<=|>|<|includes|excludes|starts with|ends with)\s+(.+)$/;
const SCALE: Record<string, number> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/**
 * `mine` alone means `mine = true`, `not mine` means `mine = false`. Numbers may end in K, M or G (1024s).
 * @throws GlassboxError "invalid argument" naming what cannot be read
 */
export function parseCondition(text: string): Condition {
  const source = text.trim();
  const flag = /^(not\s+)?(\S+)$/.exec(source);
  if (flag?.[2] !== undefined && PATH.test(flag[2])) {
    const right: Term = { kind: "literal", value: flag[1] === undefined };
    return { text: source, left: flag[2].split("."), operator: "=", right };
  }
  const [, left, operator, right] = COMPARISON.exec(source) ?? [];
  if (left === undefined || operator === undefined || right === undefined || !PATH.test(left)) {
    throw new GlassboxError("invalid argument", `Cannot read the condition "${source}"`, {
      hint: 'Write a field, one of = != >= <= > < includes excludes "starts with" "ends with", and a value',
    });
  }
  return { text: source, left: left.split("."), operator: operator as Operator, right: parseTerm(right, source) };
}

function parseTerm(text: string, source: string): Term {
  const number = /^(-?\d+(?:\.\d+)?)([KMG]?)$/.exec(text);
  if (number?.[1] !== undefined) {
    return { kind: "literal", value: Number(number[1]) * (SCALE[number[2] ?? ""] ?? 1) };
  }
  if (text === "true" || text === "false") return { kind: "literal", value: text === "true" };
  if (text.startsWith('"')) {
    try {
      return { kind: "literal", value: String(JSON.parse(text)) };
    } catch (cause) {
      throw new GlassboxError("invalid argument", `Cannot read the quoted text in "${source}"`, { cause });
    }
  }
  if (PATH.test(text)) return { kind: "path", path: text.split(".") };
  throw new GlassboxError("invalid argument", `Cannot read the value "${text}" in "${source}"`, {
    hint: 'Text is quoted: hostname = "box"',
  });
}
