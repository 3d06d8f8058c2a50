/**
 * Whether one condition holds: its paths are followed through the graph, from a bound name or the object that is looked
 * at, and what they lead to is compared. Which objects are tried for which names is `evaluate.ts`.
 */
import type { GraphNode } from "@glassbox/protocol";
import type { Condition, Term } from "./condition.ts";
import { type FieldValue, fieldAt, readField, type Subject } from "./fields.ts";
import type { KernelView } from "./kernel-view.ts";

/** What names stand for: those that checks before this one bound, and `host`. */
export type Bindings = ReadonlyMap<string, Subject>;

/** False too where the kernel shows nothing to compare. */
export function conditionHolds(
  condition: Condition,
  subject: Subject | undefined,
  bindings: Bindings,
  view: KernelView,
): boolean {
  const left = resolvePath(condition.left, subject, bindings, view);
  const right = resolveTerm(condition.right, subject, bindings, view);
  switch (condition.operator) {
    case "=":
      return same(left, right);
    case "!=":
      return left !== undefined && right !== undefined && !same(left, right);
    case "includes":
      return contains(left, right);
    case "excludes":
      return left !== undefined && !contains(left, right);
    case "starts with":
      return typeof left === "string" && left.startsWith(String(right));
    case "ends with":
      return typeof left === "string" && left.endsWith(String(right));
    default:
      return compare(left, right, condition.operator);
  }
}

/** What a condition compares with: a value written down, or what a path leads to. */
export function resolveTerm(
  term: Term,
  subject: Subject | undefined,
  bindings: Bindings,
  view: KernelView,
): FieldValue {
  return term.kind === "literal" ? term.value : resolvePath(term.path, subject, bindings, view);
}

/** Follows a path from a bound name, or else from `subject`; undefined wherever the kernel shows nothing. */
export function resolvePath(
  path: readonly string[],
  subject: Subject | undefined,
  bindings: Bindings,
  view: KernelView,
): FieldValue {
  const bound = bindings.get(path[0] ?? "");
  let at = bound ?? subject;
  let rest: readonly string[] = bound ? path.slice(1) : path;
  while (at && rest.length > 0) {
    if (rest[0] === "gone" && at.kind === "node") return at.gone;
    const found = fieldAt(at.kind === "file" ? "file" : at.node.kind, rest);
    if (!found) return undefined;
    const value = readField(found.field, at, view);
    if (found.rest.length === 0) return value;
    const next: GraphNode | undefined =
      typeof value === "object" && "id" in value ? view.nodes.get(value.id) : undefined;
    at = next && { kind: "node", node: next, gone: false };
    rest = found.rest;
  }
  return at?.kind === "node" ? { id: at.node.id } : undefined;
}

function compare(left: FieldValue, right: FieldValue, operator: ">" | "<" | ">=" | "<="): boolean {
  if (typeof left !== "number" || typeof right !== "number") return false;
  if (operator === ">") return left > right;
  if (operator === "<") return left < right;
  return operator === ">=" ? left >= right : left <= right;
}

function same(left: FieldValue, right: FieldValue): boolean {
  if (typeof left === "object" && typeof right === "object" && "id" in left && "id" in right)
    return left.id === right.id;
  return left === right;
}

function contains(left: FieldValue, right: FieldValue): boolean {
  if (Array.isArray(left)) return left.includes(String(right));
  return typeof left === "string" && left.includes(String(right));
}
