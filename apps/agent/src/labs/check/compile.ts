/**
 * From the text of a check to something that can be evaluated: names resolved, kinds known, every field looked up. All
 * mistakes an author can make in `where` are found here, without a kernel.
 */
import { messageOf } from "@glassbox/runtime/base";
import type { Check, Query } from "../content/lab-schema.ts";
import { type Alternatives, type Condition, parseCondition } from "./condition.ts";
import { fieldAt, fieldNames, OBJECT_KINDS, type ObjectKind } from "./fields.ts";

/** What a query is about: an object to find, objects that must be missing, a file, or only names bound before. */
export type Target =
  | { kind: "find"; object: Exclude<ObjectKind, "file">; name: string }
  | { kind: "none"; object: Exclude<ObjectKind, "file"> }
  | { kind: "file"; path: string; seenBy: string | undefined }
  | { kind: "bound" };

export interface CompiledQuery {
  target: Target;
  where: Alternatives[];
  cgroup: "v1" | "v2" | undefined;
  /** Of the names that may stand in `where`, its own among them: known before anything is bound to them. */
  kinds: ReadonlyMap<string, ObjectKind>;
}

export interface CompiledCheck extends CompiledQuery {
  title: string;
  once: boolean;
}

/** Kinds of the names bound so far. `host` is there from the start. */
export type Names = Map<string, ObjectKind>;

export const freshNames = (): Names => new Map([["host", "process"]]);

/** Where in the query a mistake stands, for the line number: `["where", 2]`. */
export type ReportMistake = (path: PropertyKey[], message: string) => void;

export function compileCheck(check: Check, names: Names, report: ReportMistake): CompiledCheck {
  if (check.once && check.let === undefined) report(["once"], 'Only a check with "let" can be "once"');
  return { ...compileQuery(check, names, report), title: check.title, once: check.once };
}

/** Adds the name it binds to `names`. */
export function compileQuery(query: Query, names: Names, report: ReportMistake): CompiledQuery {
  const target = compileTarget(query, names, report);
  const scope = scopeOf(target);
  if (target.kind === "find") names.set(target.name, target.object);
  const where = query.where.map((entry, index) => {
    const texts = typeof entry === "string" ? [entry] : entry.any;
    return texts.flatMap((text): Condition[] => {
      try {
        const condition = parseCondition(text);
        checkPath(condition.left, scope, names);
        if (condition.right.kind === "path") checkPath(condition.right.path, scope, names);
        return [condition];
      } catch (thrown) {
        report(["where", index], messageOf(thrown));
        return [];
      }
    });
  });
  return { target, where, cgroup: query.cgroup, kinds: new Map(names) };
}

function compileTarget(query: Query, names: Names, report: ReportMistake): Target {
  if (query.file !== undefined) {
    if (query.seenBy !== undefined && names.get(query.seenBy) !== "process") {
      report(["seenBy"], `"${query.seenBy}" is not a process bound before this`);
    }
    return { kind: "file", path: query.file, seenBy: query.seenBy };
  }
  if (query.let !== undefined) {
    const [object, name, ...rest] = query.let.split(" ");
    if (!isNodeKind(object) || name === undefined || rest.length > 0 || !/^[A-Z][A-Za-z]*$/.test(name)) {
      report(["let"], `Cannot read "${query.let}": write a kind and a name with a capital, as in "process P"`);
      return { kind: "bound" };
    }
    if (names.has(name)) report(["let"], `"${name}" is bound twice`);
    return { kind: "find", object, name };
  }
  if (query.none !== undefined) {
    if (!isNodeKind(query.none)) {
      report(["none"], `Unknown kind "${query.none}"; there are ${OBJECT_KINDS.filter(isNodeKind).join(", ")}`);
      return { kind: "bound" };
    }
    return { kind: "none", object: query.none };
  }
  return { kind: "bound" };
}

function isNodeKind(word: string | undefined): word is Exclude<ObjectKind, "file"> {
  return word !== undefined && word !== "file" && OBJECT_KINDS.some((kind) => kind === word);
}

function scopeOf(target: Target): ObjectKind | undefined {
  if (target.kind === "find" || target.kind === "none") return target.object;
  return target.kind === "file" ? "file" : undefined;
}

/** @throws Error with a sentence when some part of the path leads nowhere */
function checkPath(path: readonly string[], scope: ObjectKind | undefined, names: Names): void {
  const first = path[0] ?? "";
  let kind = names.get(first);
  let rest = path.slice(1);
  if (kind === undefined) {
    if (/^[A-Z]/.test(first)) throw new Error(`"${first}" is not bound before this`);
    if (scope === undefined) throw new Error(`"${path.join(".")}" does not say whose it is; begin with a bound name`);
    kind = scope;
    rest = [...path];
  }
  while (rest.length > 0) {
    if (rest.length === 1 && rest[0] === "gone" && kind !== "file") return;
    const found = fieldAt(kind, rest);
    if (!found) {
      throw new Error(`Unknown field "${rest.join(".")}" of a ${kind}; there are ${fieldNames(kind).join(", ")}`);
    }
    if (found.rest.length > 0 && found.field.leadsTo === undefined) {
      throw new Error(`"${path.join(".")}" goes on after a plain value`);
    }
    rest = found.rest;
    kind = found.field.leadsTo ?? kind;
  }
}
