/**
 * Checks `config.json` before anything is done for it: every problem is named with the JSON pointer of its field.
 * First the shape of every field (`config-shape.ts`), then what the fields must be to each other (`config-relations.ts`).
 */
import { GlassboxError } from "../../0-base/mod.ts";
import type { Config } from "./config.ts";
import { relationProblems } from "./config-relations.ts";
import { CONFIG_SHAPE } from "./config-shape.ts";
import type { Problem } from "./shape.ts";

/** Every problem of a configuration, first to last; none for one that can be planned. */
export function configProblems(json: unknown): readonly Problem[] {
  return check(json).problems;
}

/** The shape is that of the JSON as it came: where any key may stand, as in annotations, null is a value, and a wrong one. */
function check(json: unknown): { problems: readonly Problem[]; config: Config } {
  const problems = CONFIG_SHAPE(json, "");
  if (problems.length > 0) return { problems, config: json as Config };
  const config = withoutNulls(json) as Config;
  return { problems: relationProblems(config), config };
}

/** @throws GlassboxError invalid argument with every problem, each with its JSON pointer */
export function validateConfig(json: unknown, file: string): Config {
  const { problems, config } = check(json);
  if (problems.length === 0) return config;
  const lines = problems.map(({ pointer, message }) => `${pointer || "/"} ${message}`);
  throw new GlassboxError("invalid argument", `Cannot use "${file}": ${lines.join("; ")}`);
}

/** A field that is null is one that is not there: Go writes its empty lists so. What has none is handed back as it is. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !hasNull(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  const present = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(present.map(([key, field]) => [key, withoutNulls(field)]));
}

/** Whether a field in it, however deep, is null. */
function hasNull(value: object): boolean {
  for (const key in value) {
    const field: unknown = (value as Record<string, unknown>)[key];
    if (field === null ? !Array.isArray(value) : typeof field === "object" && hasNull(field)) return true;
  }
  return false;
}
