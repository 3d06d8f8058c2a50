/**
 * Where an implementation breaks a rule of this suite, and why. A row has to fail: when the rule passes, the row is
 * stale and the suite says so. `rule` is the sentence in the feature's file, letter by letter.
 */
import type { RuntimeName } from "./rig/runtime.ts";

export interface KnownDifference {
  runtime: RuntimeName;
  /** File name without `.test.ts`. */
  feature: string;
  rule: string;
  reason: string;
}

/** How a known difference is marked in the name of its test, for the table at the end of `run.ts`. */
export const knownMark = " [known difference: ";

export const knownDifferences: readonly KnownDifference[] = [
  {
    runtime: "runc",
    feature: "hostname",
    rule: "domainname is what processes inside see",
    reason: "runc 1.1 does not know the field, which came with runtime-spec 1.1",
  },
];
