/**
 * One feature of the interface is one file of rules. A rule is a sentence, where it comes from, and a check against a
 * real container. After each rule the suite looks at what the machine holds: whatever is left behind fails the rule. A
 * rule that this runtime is known to break has to break it.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { knownDifferences } from "../known-differences.ts";
import { Box, MachineCannot } from "./box.ts";
import { everyRule, knownMark } from "./known-difference.ts";
import { type Leftover, leftBehind, type Marks, removeCgroups } from "./left-behind.ts";
import { chosenRuntime } from "./runtime.ts";

/**
 * Adds a rule to the feature.
 * - `sentence`: what holds, true of every implementation
 * - `source`: the document and the section, with its sentence where that says more than ours
 */
export type AddRule = (sentence: string, source: string, check: (box: Box) => void | Promise<void>) => void;

/**
 * How long what a rule waits for may take. A busy machine is slow, and what is killed holds its cgroup until the machine's
 * process 1 has reaped it. A runtime that is known to break the rule breaks it as well by being slow.
 */
const PATIENCE_MS = { toKeepIt: 60_000, toBreakIt: 3_000 };

/** Rules so far in this process, of all features: each has a name of its own for what it makes. */
let count = 0;

/** Opens the feature that `fileUrl` (`import.meta.url`) describes and returns the function that adds rules to it. */
export function feature(fileUrl: string): AddRule {
  const name = basename(fileURLToPath(fileUrl), ".test.ts");
  const runtime = chosenRuntime();
  const differences = knownDifferences.filter((row) => row.feature === name && row.runtime === runtime.name);
  const lacking = differences.find((row) => row.rule === everyRule);
  if (lacking) {
    test(`${name}: ${everyRule}`, { skip: `${runtime.name}: ${lacking.reason}` }, () => {});
    return () => {};
  }
  const base = mkdtempSync(join(tmpdir(), "oci-suite-"));
  // Root of a user namespace is somebody else out here, and has to get through to its root file system.
  chmodSync(base, 0o755);
  const prefix = `suite-${process.pid}`;
  const unmet = new Set(differences.map((row) => row.rule));

  after(() => {
    rmSync(base, { recursive: true, force: true });
    if (unmet.size > 0)
      throw new Error(`known-differences.ts has rows for no rule of ${name}: ${[...unmet].join("; ")}`);
  });

  return (sentence, source, check) => {
    const difference = differences.find((row) => row.rule === sentence);
    unmet.delete(sentence);
    test(`${name}: ${sentence}${difference && !difference.dangerous ? `${knownMark}${difference.reason}]` : ""}`, async (context) => {
      context.diagnostic(source);
      if (difference?.dangerous) return context.skip(difference.reason);
      count += 1;
      const patienceMs = difference ? PATIENCE_MS.toBreakIt : PATIENCE_MS.toKeepIt;
      const box = new Box(runtime, `${prefix}-${count}`, { base, patienceMs });
      try {
        await checkThenClean(box, check, { base, prefix });
      } catch (thrown) {
        if (thrown instanceof MachineCannot) return context.skip(thrown.message);
        if (!difference) throw thrown;
        return;
      }
      if (difference && !difference.sometimes)
        throw new Error(`${runtime.name} keeps this rule now: remove its row from known-differences.ts`);
    });
  };
}

/** @throws Error of the check, or one that lists what is still there after the runtime deleted its containers */
async function checkThenClean(box: Box, check: (box: Box) => void | Promise<void>, marks: Marks): Promise<void> {
  let left: Leftover[] = [];
  try {
    await check(box);
  } finally {
    box.dispose();
    left = await settle(marks, box.patienceMs);
    removeCgroups(left);
  }
  if (left.length > 0) throw new Error(`left behind:\n${left.map(({ what }) => what).join("\n")}`);
}

/** What is left once killed processes had their time to be gone. */
async function settle(marks: Marks, patienceMs: number): Promise<Leftover[]> {
  const endsAt = Date.now() + patienceMs;
  let left = leftBehind(marks);
  while (left.length > 0 && Date.now() < endsAt) {
    await delay(50);
    left = leftBehind(marks);
  }
  return left;
}
