/**
 * What a check wanted and what the kernel showed, in words with the real values: "process with root directory
 * "/srv/rootfs"" against "pid 4711 (bash) has root directory "/"". Pure, like everything in this folder.
 */
import type { CheckResult, GraphNode } from "@glassbox/protocol";
import type { CompiledCheck } from "./compile.ts";
import type { Condition, Operator } from "./condition.ts";
import { type Bindings, resolvePath, resolveTerm } from "./condition-holds.ts";
import type { Outcome } from "./evaluate.ts";
import { type FieldValue, fieldAt, type ObjectKind, type Subject } from "./fields.ts";
import type { KernelView } from "./kernel-view.ts";

const OPERATOR_WORDS: Record<Operator, string> = {
  "=": "",
  "!=": "other than ",
  ">=": "at least ",
  "<=": "at most ",
  ">": "above ",
  "<": "below ",
  includes: "containing ",
  excludes: "without ",
  "starts with": "beginning with ",
  "ends with": "ending in ",
};

/** What reads better said than spelt out, and needs no knowledge of the letters in /proc/PID/stat. */
const PHRASES = new Map([
  ['state != "Z"', "that has not ended"],
  ['state = "Z"', "that has ended and was not asked after"],
]);

/** Longest quoted value: a whole file would bury the sentence. */
const VALUE_MAX_CHARACTERS = 120;

export function checkResult(check: CompiledCheck, outcome: Outcome, view: KernelView): CheckResult {
  const { subject, bindings } = outcome;
  const node = subject?.kind === "node" && !subject.gone ? subject.node.id : undefined;
  return {
    title: fillBraces(check.title, bindings, view),
    ok: outcome.ok,
    expected: expectedWords(check, outcome, view),
    actual: actualWords(check, outcome, view),
    ...(node === undefined ? {} : { node }),
  };
}

/** Replaces `{P.root}` by what the kernel shows for it; what cannot be resolved becomes "unknown". */
export function fillBraces(text: string, bindings: Bindings, view: KernelView): string {
  return text.replace(/\{([A-Za-z][\w.-]*)\}/g, (_, path: string) =>
    valueWords(resolvePath(path.split("."), undefined, bindings, view), bindings, view, false),
  );
}

function expectedWords(check: CompiledCheck, outcome: Outcome, view: KernelView): string {
  const { target } = check;
  const isMine = ([only, ...others]: Condition[]) =>
    others.length === 0 && only?.left.length === 1 && only.left[0] === "mine" && only.text === "mine";
  const isExistence = ([only, ...others]: Condition[]) => others.length === 0 && only?.left.join(".") === "exists";
  const phraseOf = ([only, ...others]: Condition[]) =>
    others.length === 0 ? PHRASES.get(only?.text ?? "") : undefined;
  const clauses = check.where
    .filter((any) => target.kind === "bound" || phraseOf(any) === undefined)
    .filter((any) => !isMine(any) && !(target.kind === "file" && isExistence(any)))
    .map((any) => any.map((condition) => clauseWords(condition, check, outcome, view)).join(", or "))
    .join("; ");
  if (target.kind === "bound") return clauses;
  if (target.kind === "file") {
    const absent = check.where.some(([only]) => only?.text === "not exists");
    return `${absent ? "no" : "a"} file "${target.path}"${clauses === "" ? "" : ` with ${clauses}`}`;
  }
  const whose = check.where.some(isMine) ? " of yours" : "";
  const which = clauses === "" ? "" : ` with ${clauses}`;
  const phrases = check.where.flatMap((any) => phraseOf(any) ?? []);
  return [`${target.kind === "none" ? "no" : "a"} ${target.object}${whose}${which}`, ...phrases].join(", ");
}

function actualWords(check: CompiledCheck, outcome: Outcome, view: KernelView): string {
  const { target } = check;
  const { subject, bindings } = outcome;
  if (outcome.waiting) return "not looked for yet: the check above comes first";
  const name = subject && subjectWords(subject);
  if (target.kind === "none") return name ? `there is ${name}` : "there is none";
  if (target.kind === "file" && subject?.kind === "file" && !subject.facts.exists) return `${name} does not exist`;
  if (outcome.failed.some(([only]) => only?.text === "not exists")) return `${name} exists`;
  if (outcome.ok) return name ? `found ${name}` : "so it is";
  if (!name)
    return target.kind === "find" && target.object !== "cgroup" ? `no such ${target.object} of yours` : "there is none";
  const named = target.kind === "find" && subject ? new Map(bindings).set(target.name, subject) : bindings;
  const said = outcome.failed
    .flatMap((any) => any.slice(0, 1))
    .map((condition) => {
      const value = resolvePath(condition.left, subject, named, view);
      const words = fieldWords(condition.left, check, bindings, subject);
      if (typeof value === "boolean") return yesOrNo(words, value);
      return `${words} ${valueWords(value, bindings, view)}`;
    });
  return `${name} has ${said.join(", ")}`;
}

function clauseWords(condition: Condition, check: CompiledCheck, outcome: Outcome, view: KernelView): string {
  const words = fieldWords(condition.left, check, outcome.bindings, outcome.subject);
  const { right, operator } = condition;
  if (right.kind === "literal" && typeof right.value === "boolean" && operator === "=") {
    return yesOrNo(words, right.value);
  }
  const value = resolveTerm(right, outcome.subject, outcome.bindings, view);
  if (value === undefined && right.kind === "path") {
    const other = fieldWords(right.path, check, outcome.bindings, outcome.subject);
    return `${words} ${operator === "=" ? "the same as " : OPERATOR_WORDS[operator]}${other}`;
  }
  const said = valueWords(value, outcome.bindings, view);
  return `${words} ${OPERATOR_WORDS[operator]}${said}`;
}

/** "shared" or "not shared"; a field of JSON has the value itself: `/process/terminal false`. */
function yesOrNo(words: string, value: boolean): string {
  if (words.startsWith("/")) return `${words} ${value}`;
  return value ? words : `not ${words}`;
}

function fieldWords(path: readonly string[], check: CompiledCheck, bindings: Bindings, subject?: Subject): string {
  const bound = bindings.get(path[0] ?? "");
  const own = check.target.kind === "find" && path[0] === check.target.name;
  const named = check.kinds.get(path[0] ?? "");
  const other = own || !named ? undefined : bound ? subjectWords(bound) : `that ${named}`; // not found yet
  let kind: ObjectKind | undefined = bound ? kindOf(bound) : (named ?? kindOfTarget(check));
  let rest = named ? path.slice(1) : [...path];
  if (rest.length === 0) return other ?? "it";
  const words: string[] = [];
  while (kind && rest.length > 0) {
    if (rest[0] === "gone") return "ended";
    const found = fieldAt(kind, rest);
    if (!found) return path.at(-1) ?? "";
    words.unshift(found.field.words);
    rest = found.rest;
    kind = found.field.leadsTo;
  }
  const of = other && (!bound || bound !== subject) ? [other] : [];
  return [...words, ...of].join(" of ");
}

function kindOf(subject: Subject): ObjectKind {
  return subject.kind === "file" ? "file" : subject.node.kind;
}

function kindOfTarget(check: CompiledCheck): ObjectKind | undefined {
  if (check.target.kind === "file") return "file";
  return check.target.kind === "bound" ? undefined : check.target.object;
}

function subjectWords(subject: Subject): string {
  if (subject.kind === "file") return `"${subject.facts.path}"`;
  return nodeWords(subject.node) + (subject.gone ? ", now gone," : "");
}

function nodeWords(node: GraphNode): string {
  switch (node.kind) {
    case "process":
      return `pid ${node.pid} (${node.comm})`;
    case "namespace":
      return `${node.type}:[${node.inode}]`;
    case "mount":
      return `the mount at "${node.mountPoint}"`;
    case "cgroup":
      return `cgroup "${node.path}"`;
    case "container":
      return `container "${node.containerId}"`;
  }
}

function valueWords(value: FieldValue, bindings: Bindings, view: KernelView, quoted = true): string {
  if (value === undefined) return "unknown";
  if (Array.isArray(value)) return value.length === 0 ? "(none)" : value.map((item) => `"${item}"`).join(", ");
  if (typeof value === "object") {
    const node = view.nodes.get(value.id);
    if (!node) return value.id;
    return nodeWords(node) + (isHosts(node, bindings) ? " (the host's)" : "");
  }
  if (typeof value !== "string") return String(value);
  const short = value.length > VALUE_MAX_CHARACTERS ? `${value.slice(0, VALUE_MAX_CHARACTERS)}...` : value;
  return quoted ? JSON.stringify(short) : short;
}

function isHosts(node: GraphNode, bindings: Bindings): boolean {
  const host = bindings.get("host");
  if (node.kind !== "namespace" || host?.kind !== "node" || host.node.kind !== "process") return false;
  return Object.values(host.node.namespaces).includes(node.id);
}
