/**
 * One feature of the interface is one file of rules. A rule is a sentence, where it comes from, and a check against a
 * real container. Around each file the suite looks at what the machine holds: whatever a rule left behind fails the
 * file. A rule that this runtime is known to break has to break it.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { knownDifferences, knownMark } from "../known-differences.ts";
import { Box, MachineCannot } from "./box.ts";
import { leftBehind } from "./left-behind.ts";
import { chosenRuntime } from "./runtime.ts";

/**
 * Adds a rule to the feature.
 * - `sentence`: what holds, true of every implementation
 * - `source`: the document and the section, with its sentence where that says more than ours
 */
export type AddRule = (sentence: string, source: string, check: (box: Box) => void | Promise<void>) => void;

/** Opens the feature that `fileUrl` (`import.meta.url`) describes and returns the function that adds rules to it. */
export function feature(fileUrl: string): AddRule {
  const name = basename(fileURLToPath(fileUrl), ".test.ts");
  const runtime = chosenRuntime();
  const base = mkdtempSync(join(tmpdir(), "oci-suite-"));
  mkdirSync(base, { recursive: true, mode: 0o755 });
  const prefix = `suite-${process.pid}`;
  const differences = knownDifferences.filter((row) => row.feature === name && row.runtime === runtime.name);
  const unmet = new Set(differences.map((row) => row.rule));
  let count = 0;

  after(() => {
    rmSync(base, { recursive: true, force: true });
    const left = leftBehind({ base, prefix });
    if (left.length > 0) throw new Error(`${name} left behind:\n${left.join("\n")}`);
    if (unmet.size > 0)
      throw new Error(`known-differences.ts has rows for no rule of ${name}: ${[...unmet].join("; ")}`);
  });

  return (sentence, source, check) => {
    const difference = differences.find((row) => row.rule === sentence);
    unmet.delete(sentence);
    test(`${name}: ${sentence}${difference ? `${knownMark}${difference.reason}]` : ""}`, async (context) => {
      context.diagnostic(source);
      count += 1;
      const box = new Box(runtime, `${prefix}-${count}`, base);
      try {
        await check(box);
      } catch (thrown) {
        if (thrown instanceof MachineCannot) return context.skip(thrown.message);
        if (!difference) throw thrown;
        return;
      } finally {
        box.dispose();
      }
      if (difference) throw new Error(`${runtime.name} keeps this rule now: remove its row from known-differences.ts`);
    });
  };
}
