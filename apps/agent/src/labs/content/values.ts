/**
 * A learner's own random values: the hostname to set, the limit to write. They make a lesson one's own, and a check that
 * asks for them cannot be met by pasting somebody else's answer. Drawn when a lab is first seen and after each reset of
 * the lab, kept in `run/progress.ts`.
 */
import { randomInt } from "node:crypto";
import type { ValueSpec } from "./lab-schema.ts";
import type { SourceProblem } from "./source-problem.ts";

const FIRST =
  "amber bold brave brisk calm clever cobalt coral dapper eager fuzzy gentle golden happy icy jolly lucky".split(" ");
const SECOND =
  "badger bison crane dingo ferret finch gecko heron ibis koala lemur lynx marten newt otter panda quokka".split(" ");

export function drawValues(specs: Record<string, ValueSpec>): Record<string, string> {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, drawValue(spec)]));
}

function drawValue(spec: ValueSpec): string {
  if ("pick" in spec) return String(oneOf(spec.pick));
  if ("words" in spec) return spec.words === 1 ? oneOf(SECOND) : `${oneOf(FIRST)}-${oneOf(SECOND)}`;
  return String(randomInt(spec.from, spec.to + 1));
}

function oneOf<T>(choices: readonly T[]): T {
  const chosen = choices[randomInt(choices.length)];
  if (chosen === undefined) throw new Error("Cannot choose from an empty list");
  return chosen;
}

/** Fills in every `{{name}}`; unknown ones are left as they are and reported with their line. */
export function fillValues(
  file: string,
  text: string,
  values: Record<string, string>,
): { text: string; problems: SourceProblem[] } {
  const problems: SourceProblem[] = [];
  const lines = text.split("\n").map((line, index) =>
    line.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) {
        const known = Object.keys(values).join(", ");
        problems.push({ file, line: index + 1, message: `Unknown value "${whole}"; there are ${known}` });
      }
      return value ?? whole;
    }),
  );
  return { text: lines.join("\n"), problems };
}
