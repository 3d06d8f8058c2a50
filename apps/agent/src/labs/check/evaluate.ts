/**
 * Checks against the kernel: a pure function from compiled queries and a view to what holds. Names bound by one check
 * ("a process P ...") are used by the next ones, so checks of a step are one question: are there objects for which all
 * of them hold? It is answered by trying candidates in turn and going back, and when nothing fits, by the attempt that
 * came furthest. What is said about it is made in `wording.ts`.
 */
import type { GraphNode, NodeId } from "@glassbox/protocol";
import type { CompiledCheck, CompiledQuery } from "./compile.ts";
import type { Alternatives } from "./condition.ts";
import { type Bindings, conditionHolds } from "./condition-holds.ts";
import type { Subject } from "./fields.ts";
import type { KernelView } from "./kernel-view.ts";

/** How one query went: the object it looked at (the nearest when none fitted) and the conditions that did not hold. */
export interface Outcome {
  ok: boolean;
  /** A name the query needs could not be bound, so it was not asked. */
  waiting: boolean;
  subject: Subject | undefined;
  bindings: Bindings;
  failed: Alternatives[];
}

/** Objects that once satisfied a `once` check, by the check's place in the step. Kept between evaluations. */
export type SeenOnce = Map<number, Map<NodeId, GraphNode>>;

/** More objects than a learner makes in a step; keeps a fork bomb from being remembered process by process. */
const SEEN_ONCE_MAX = 64;
/** Combinations of candidates tried before giving up; a right answer is found among the first few. */
const ATTEMPTS_MAX = 5000;

export function evaluateChecks(checks: readonly CompiledCheck[], view: KernelView, seenOnce: SeenOnce): Outcome[] {
  const search = new Search(checks, view, seenOnce);
  return search.run();
}

/** True when objects exist for which every query holds; `bindings` are theirs. */
export function holds(queries: readonly CompiledQuery[], view: KernelView): { ok: boolean; bindings: Bindings } {
  const checks = queries.map((query) => ({ ...query, title: "", once: false }));
  const outcomes = evaluateChecks(checks, view, new Map());
  return { ok: outcomes.every((outcome) => outcome.ok), bindings: outcomes.at(-1)?.bindings ?? hostBinding(view) };
}

class Search {
  readonly #checks: readonly CompiledCheck[];
  readonly #view: KernelView;
  readonly #seenOnce: SeenOnce;
  #furthest: Outcome[] = [];
  #attempts = 0;

  constructor(checks: readonly CompiledCheck[], view: KernelView, seenOnce: SeenOnce) {
    this.#checks = checks;
    this.#view = view;
    this.#seenOnce = seenOnce;
  }

  run(): Outcome[] {
    const found = this.#from(0, hostBinding(this.#view), []) ?? this.#furthest;
    const bindings = found.at(-1)?.bindings ?? hostBinding(this.#view);
    const rest = this.#checks
      .slice(found.length)
      .map((check, offset) => this.#alone(check, found.length + offset, bindings));
    return [...found, ...rest];
  }

  /** Satisfies checks from `index` on, or remembers how far it came and returns undefined. */
  #from(index: number, bindings: Bindings, done: Outcome[]): Outcome[] | undefined {
    const check = this.#checks[index];
    if (!check) return done;
    for (const outcome of this.#solutions(check, index, bindings)) {
      const solved = this.#from(index + 1, outcome.bindings, [...done, outcome]);
      if (solved) return solved;
      if (++this.#attempts > ATTEMPTS_MAX) break;
    }
    if (done.length > this.#furthest.length) this.#furthest = done;
    return undefined;
  }

  *#solutions(check: CompiledCheck, index: number, bindings: Bindings): Generator<Outcome> {
    const { target } = check;
    if (target.kind !== "find") {
      const outcome = evaluateOne(check, this.#view, bindings);
      if (outcome.ok) yield outcome;
      return;
    }
    for (const subject of this.#candidates(check, index, bindings)) {
      yield { ok: true, waiting: false, subject, bindings: new Map(bindings).set(target.name, subject), failed: [] };
    }
  }

  /** What satisfies the check now, and for a `once` check what did before: it counts even when it has changed or gone. */
  *#candidates(check: CompiledCheck, index: number, bindings: Bindings): Generator<Subject> {
    const seen = check.once ? (this.#seenOnce.get(index) ?? new Map<NodeId, GraphNode>()) : undefined;
    if (seen) this.#seenOnce.set(index, seen);
    for (const subject of subjectsOf(check, this.#view)) {
      if (subject.kind !== "node" || failures(check, subject, bindings, this.#view).length > 0) continue;
      if (seen && seen.size < SEEN_ONCE_MAX) seen.set(subject.node.id, subject.node);
      yield subject;
    }
    for (const [id, last] of seen ?? []) {
      const now = this.#view.nodes.get(id);
      yield { kind: "node", node: now ?? last, gone: now === undefined };
    }
  }

  #alone(check: CompiledCheck, index: number, bindings: Bindings): Outcome {
    for (const solution of this.#solutions(check, index, bindings)) return solution;
    return evaluateOne(check, this.#view, bindings);
  }
}

/** Evaluates a query by itself; for one that looks for an object, finds the nearest that does not fit. */
function evaluateOne(query: CompiledQuery, view: KernelView, bindings: Bindings): Outcome {
  const outcome = { ok: false, waiting: false, subject: undefined, bindings, failed: [] };
  const { target } = query;
  if (unboundIn(query, bindings)) return { ...outcome, waiting: true };
  if (target.kind === "bound") {
    const failed = failures(query, undefined, bindings, view);
    return { ...outcome, ok: failed.length === 0, subject: firstBound(query, bindings), failed };
  }
  if (target.kind === "none") {
    const found = [...subjectsOf(query, view)].find((subject) => failures(query, subject, bindings, view).length === 0);
    return { ...outcome, ok: found === undefined, subject: found };
  }
  if (target.kind === "file") {
    const reader = target.seenBy === undefined ? undefined : bindings.get(target.seenBy);
    const pid = reader?.kind === "node" && reader.node.kind === "process" ? reader.node.pid : undefined;
    const subject: Subject = { kind: "file", facts: view.readFile(target.path, pid) };
    const failed = failures(query, subject, bindings, view);
    return { ...outcome, ok: failed.length === 0, subject, failed };
  }
  const nearest = [...subjectsOf(query, view)]
    .map((subject) => ({ subject, failed: failures(query, subject, bindings, view) }))
    .sort((one, other) => nearness(one, query) - nearness(other, query))
    .at(0);
  if (!nearest || !isNear(nearest, query, view)) return outcome;
  return { ...outcome, subject: nearest.subject, failed: nearest.failed };
}

/** Fields that say which object is meant: another mount, or another group, is no near miss. */
const NAMING_FIELDS = new Set(["mountPoint", "labPath", "id"]);

/**
 * Whether it helps to speak of this object. Not of one that misses the first condition (that it is the learner's, most
 * often), nor of another thing altogether, unless it is a mount in the lab's directory: then it may be misplaced.
 */
function isNear(one: { subject: Subject; failed: Alternatives[] }, query: CompiledQuery, view: KernelView): boolean {
  if (one.failed[0] === query.where[0]) return false;
  const misnamed = one.failed.some((any) => any.some(({ left }) => NAMING_FIELDS.has(left.at(-1) ?? "")));
  const { subject } = one;
  const inLab =
    subject.kind === "node" && subject.node.kind === "mount" && subject.node.mountPoint.startsWith(`${view.workDir}/`);
  return !misnamed || inLab;
}

/** Fewest failed conditions first; among equals the one made last, which is what the learner is working on. */
function nearness(one: { subject: Subject; failed: Alternatives[] }, query: CompiledQuery): number {
  const age = one.subject.kind === "node" ? one.subject.node.firstSeenMs / 1e15 : 0;
  const missesFirst = one.failed[0] === query.where[0] ? 1000 : 0;
  return missesFirst + one.failed.length - age;
}

function* subjectsOf(query: CompiledQuery, view: KernelView): Generator<Subject> {
  const { target } = query;
  if (target.kind !== "find" && target.kind !== "none") return;
  for (const node of view.nodes.values()) {
    if (node.kind === target.object) yield { kind: "node", node, gone: false };
  }
}

function failures(
  query: CompiledQuery,
  subject: Subject | undefined,
  bindings: Bindings,
  view: KernelView,
): Alternatives[] {
  const { target } = query;
  // A query may speak of the object it looks for by bare field or by the name it is about to give it.
  const named = target.kind === "find" && subject ? new Map(bindings).set(target.name, subject) : bindings;
  return query.where.filter((any) => !any.some((condition) => conditionHolds(condition, subject, named, view)));
}

function unboundIn(query: CompiledQuery, bindings: Bindings): boolean {
  const paths = query.where.flat().flatMap(({ left, right }) => (right.kind === "path" ? [left, right.path] : [left]));
  if (query.target.kind === "file" && query.target.seenBy !== undefined) paths.push([query.target.seenBy]);
  const own = query.target.kind === "find" ? query.target.name : undefined;
  return paths.some(
    ([first = ""]) => (/^[A-Z]/.test(first) || first === "host") && first !== own && !bindings.has(first),
  );
}

function firstBound(query: CompiledQuery, bindings: Bindings): Subject | undefined {
  return bindings.get(query.where[0]?.[0]?.left[0] ?? "");
}

function hostBinding(view: KernelView): Bindings {
  for (const node of view.nodes.values()) {
    if (node.kind === "process" && node.pid === view.hostPid) {
      return new Map<string, Subject>([["host", { kind: "node", node, gone: false }]]);
    }
  }
  return new Map();
}
