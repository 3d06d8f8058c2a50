/**
 * Runs the suite on one implementation or on each of them, and ends with a table. Start it with
 * `node --import tsx packages/runtime/test/suites/oci/run.ts [--runtime NAME] [FEATURE...]`.
 */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { parseArgs } from "node:util";
import { messageOf } from "../../../src/0-base/mod.ts";
import { knownMark } from "./rig/known-difference.ts";
import { type RuntimeName, runtimeCommand, runtimeNames } from "./rig/runtime.ts";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
  known: number;
  seconds: number;
}

const { values, positionals } = parseArgs({
  options: { runtime: { type: "string", multiple: true } },
  allowPositionals: true,
});
const chosen = runtimeNames.filter((name) => !values.runtime || values.runtime.includes(name));
const files = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => positionals.length === 0 || positionals.includes(name.replace(".test.ts", "")))
  .map((name) => join(import.meta.dirname, name));

const counts = new Map<RuntimeName, Count>();
for (const name of chosen) {
  const missing = whyMissing(name);
  if (missing) console.log(`\n${name}: not run, ${missing}`);
  else counts.set(name, await runOn(name));
}
printTable();
process.exitCode = counts.size > 0 && [...counts.values()].every(({ failed }) => failed === 0) ? 0 : 1;

async function runOn(name: RuntimeName): Promise<Count> {
  console.log(`\n${name}`);
  const count: Count = { passed: 0, failed: 0, skipped: 0, known: 0, seconds: 0 };
  const startedAt = Date.now();
  process.env.OCI_RUNTIME = name;
  // One file at a time: two cores are soon full, and a rule that waits must not wait for another file's containers.
  for await (const { type, data } of run({ files, concurrency: false })) {
    if (type === "test:stderr") process.stderr.write(data.message);
    if (type !== "test:pass" && type !== "test:fail") continue;
    // The runner's own test around each file says something only when it fails and its rules did not.
    if (type === "test:pass" && data.nesting === 0 && files.includes(data.name)) continue;
    if (data.skip) {
      count.skipped += 1;
      console.log(`  skipped  ${data.name}: ${data.skip}`);
    } else if (type === "test:fail") {
      count.failed += 1;
      console.log(
        `  FAILED   ${data.name}\n           ${reasonOf(data.details.error).replaceAll("\n", "\n           ")}`,
      );
    } else if (data.name.includes(knownMark)) {
      count.known += 1;
    } else {
      count.passed += 1;
    }
  }
  count.seconds = Math.round((Date.now() - startedAt) / 1000);
  return count;
}

function reasonOf(error: Error): string {
  return messageOf(error.cause ?? error);
}

function whyMissing(name: RuntimeName): string | undefined {
  try {
    const [program = "", ...args] = runtimeCommand(name);
    execFileSync(program, [...args, "--version"], { stdio: "pipe" });
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}

function printTable(): void {
  console.log("\nruntime   passed  failed  skipped  known differences  seconds");
  for (const [name, { passed, failed, skipped, known, seconds }] of counts) {
    const cells = [
      name.padEnd(8),
      `${passed}`.padStart(7),
      `${failed}`.padStart(7),
      `${skipped}`.padStart(8),
      `${known}`.padStart(18),
      `${seconds}`.padStart(8),
    ];
    console.log(cells.join(" "));
  }
  const sum = (key: keyof Count) => [...counts.values()].reduce((total, count) => total + count[key], 0);
  // The last line is for programs that read results: a known difference that fails as listed has passed.
  console.log(`\n${sum("passed") + sum("known")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
}
