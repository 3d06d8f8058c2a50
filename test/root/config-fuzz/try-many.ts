/**
 * Many random configurations, judged one after another in a process of their own, so that one that hangs or eats memory
 * is the test's finding and not its end: `try-many.ts SEED FROM COUNT BUNDLE` prints a line of JSON for each finding
 * and at the end the counts.
 */
import { pick, randomFrom } from "../../../packages/runtime/test/root/random.ts";
import { bases } from "./bases.ts";
import { judge, type Verdict } from "./judge.ts";
import { type Mutation, mutated, randomMutations } from "./mutate.ts";
import { configSchema } from "./schema.ts";

/** More of them say nothing new. */
const FINDINGS_MAX = 10;

/** The case with this number: which base, and what is changed. */
export function caseNumber(seed: number, index: number): { base: unknown; mutations: Mutation[] } {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) + index);
  const base = pick(random, bases());
  return { base, mutations: randomMutations(random, base, configSchema()) };
}

/** Fewer changes with the same end. */
function smallest(base: unknown, mutations: Mutation[], bundle: string): Mutation[] {
  for (const left of mutations.map((_, index) => mutations.filter((__, other) => other !== index))) {
    if (judge(mutated(base, left), bundle).kind === "finding") return smallest(base, left, bundle);
  }
  return mutations;
}

function tryMany(seed: number, from: number, count: number, bundle: string): void {
  const counts: Record<Verdict["kind"], number> = { planned: 0, refused: 0, finding: 0 };
  for (let index = from; index < from + count && counts.finding < FINDINGS_MAX; index++) {
    const { base, mutations } = caseNumber(seed, index);
    const verdict = judge(mutated(base, mutations), bundle);
    counts[verdict.kind]++;
    if (verdict.kind !== "finding") continue;
    console.log(JSON.stringify({ index, what: verdict.what, smallest: smallest(base, mutations, bundle) }));
  }
  console.log(JSON.stringify({ counts }));
}

const [seed, from, count, bundle] = process.argv.slice(2);
if (import.meta.filename === process.argv[1] && bundle) tryMany(Number(seed), Number(from), Number(count), bundle);
