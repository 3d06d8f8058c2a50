/** What a row of `../known-differences.ts` says: a rule that an implementation breaks, and why. */
import type { RuntimeName } from "./runtime.ts";

export interface KnownDifference {
  runtime: RuntimeName;
  /** File name without `.test.ts`. */
  feature: string;
  /** The rule's sentence, or `everyRule`. */
  rule: string;
  reason: string;
  /** Set when it is a race that either side may win: then neither outcome is an error. */
  sometimes?: true;
  /** Set when breaking the rule harms the machine: then the rule is skipped aloud instead of run. */
  dangerous?: true;
}

/** As a row's `rule`: the runtime lacks the whole feature, which is then skipped aloud. */
export const everyRule = "every rule";

/** How a known difference is marked in the name of its test, for the table at the end of `run.ts`. */
export const knownMark = " [known difference: ";
