/**
 * The runtime-spec's own JSON schemas, as Debian packages them, read far enough to know what may stand where in
 * config.json: enough to put something there that is nearly right.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pick, type Random } from "../../../packages/runtime/test/root/random.ts";

const FOLDER = "/usr/share/gocode/src/github.com/opencontainers/runtime-spec/schema";

/** The part of JSON Schema draft 4 that these files use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  enum?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  anyOf?: Schema[];
  allOf?: Schema[];
  oneOf?: Schema[];
  definitions?: Record<string, Schema>;
  /** The file it came from, against which its references count. */
  file?: string;
}

export function whyNoSchema(): string | false {
  return existsSync(FOLDER) ? false : `there is no ${FOLDER} (Debian: golang-github-opencontainers-specs-dev)`;
}

const files = new Map<string, unknown>();

function fileNamed(name: string): unknown {
  if (!files.has(name)) files.set(name, JSON.parse(readFileSync(join(FOLDER, name), "utf8")));
  return files.get(name);
}

export function configSchema(): Schema {
  return { ...(fileNamed("config-schema.json") as Schema), file: "config-schema.json" };
}

/** Follows references, and of alternatives takes one. */
export function resolved(schema: Schema, random: Random): Schema {
  const file = schema.file ?? "config-schema.json";
  if (schema.$ref) {
    const [name, pointer = ""] = schema.$ref.split("#");
    const target = name || file;
    let at = fileNamed(target) as Record<string, unknown>;
    for (const step of pointer.split("/").filter((word) => word !== "")) at = at[step] as Record<string, unknown>;
    return resolved({ ...(at as Schema), file: target }, random);
  }
  const alternatives = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  return alternatives ? resolved({ ...pick(random, alternatives), file }, random) : { ...schema, file };
}

/** What stands below this key of a value with this schema, where the schema says. */
export function below(schema: Schema, key: string | number): Schema | undefined {
  const { additionalProperties } = schema;
  const found =
    typeof key === "number"
      ? schema.items
      : (schema.properties?.[key] ??
        Object.values(schema.patternProperties ?? {})[0] ??
        (typeof additionalProperties === "object" ? additionalProperties : undefined));
  return found && { ...found, ...(schema.file === undefined ? {} : { file: schema.file }) };
}
