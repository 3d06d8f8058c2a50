/**
 * Random changes to a configuration that know its schema: a field that is there or could be gets another value of its
 * type, one of another type, a word from elsewhere, or goes. A change is data, so that a failing case can be made
 * smaller by leaving changes out.
 */
import { pick, type Random } from "../../../packages/runtime/test/root/random.ts";
import { below, resolved, type Schema } from "./schema.ts";

export interface Mutation {
  path: Array<string | number>;
  /** Without one the field goes. */
  value?: unknown;
}

type Json = Record<string, unknown>;

const WORDS = [
  ..."/ /proc /sys /dev/null /etc/passwd rootfs ../rootfs /proc/self/fd/0 /nowhere/at/all relative a.b x".split(" "),
  ..."proc tmpfs bind rbind ro rw rshared size=1k mode=9 idmap cgroup2 overlay uid= gid=x nosuid,ro".split(" "),
  ..."c b u p a rwm 0-3 max 2MB user RLIMIT_NOFILE CAP_SYS_ADMIN SCMP_ACT_ALLOW SCMP_CMP_EQ net.ipv4.ip_forward".split(
    " ",
  ),
  ..."__proto__ constructor toString hasOwnProperty {init} %s \\ é \u{1f40b}".split(" "),
  ...["", " ", "\0", "a\nb", "/a\0b", "x".repeat(300), `/${"d/".repeat(3000)}`, "x".repeat(70_000)],
];

const NUMBERS = [
  ...[0, 1, -1, 2, 3, 255, 1000, 4095, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53],
  ...[2 ** 63, 2 ** 64, 2 ** 65, -(2 ** 31), -(2 ** 63), 0.5, -0.5, 1e308],
];

/** One to three changes. */
export function randomMutations(random: Random, base: unknown, schema: Schema): Mutation[] {
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomMutation(random, base, schema));
}

function randomMutation(random: Random, base: unknown, root: Schema): Mutation {
  const path: Mutation["path"] = [];
  let value: unknown = base;
  let schema: Schema | undefined = resolved(root, random);
  while (schema) {
    const key = randomKey(random, value, schema);
    if (key === undefined) break;
    path.push(key);
    value = (value as Json | undefined)?.[key];
    const next: Schema | undefined = below(schema, key);
    schema = next && resolved(next, random);
    if (random() < 0.15) break;
  }
  const chance = random();
  if (chance < 0.1) return { path };
  return { path, value: chance < 0.55 && schema ? fitting(random, schema, 3) : anything(random, 2) };
}

/** A field of the schema that is there or not, or of the value that the schema may not know. */
function randomKey(random: Random, value: unknown, schema: Schema): string | number | undefined {
  if (schema.type === "array") {
    const length = Array.isArray(value) ? value.length : 0;
    return Math.floor(random() * (length + 1));
  }
  const there = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const known = Object.keys(schema.properties ?? {}).filter(
    (name) => !["solaris", "windows", "vm", "zos"].includes(name),
  );
  if (schema.type !== "object" && known.length === 0) return undefined;
  if (there.length > 0 && random() < 0.5) return pick(random, there);
  return known.length > 0 ? pick(random, known) : pick(random, WORDS);
}

/** Something of the schema's type, at its edges. */
function fitting(random: Random, given: Schema, depth: number): unknown {
  const schema = resolved(given, random);
  if (schema.enum) return pick(random, schema.enum);
  switch (Array.isArray(schema.type) ? pick(random, schema.type) : schema.type) {
    case "boolean":
      return random() < 0.5;
    case "integer":
    case "number":
      return random() < 0.3 ? (schema.maximum ?? schema.minimum ?? 7) : pick(random, NUMBERS);
    case "string":
      return pick(random, WORDS);
    case "array":
      return Array.from({ length: Math.floor(random() * 4) }, () =>
        depth > 0 && schema.items ? fitting(random, below(schema, 0) ?? {}, depth - 1) : pick(random, WORDS),
      );
    default: {
      const names = Object.keys(schema.properties ?? {}).filter(() => random() < 0.7);
      if (names.length === 0) return anything(random, depth);
      return Object.fromEntries(names.map((name) => [name, fitting(random, below(schema, name) ?? {}, depth - 1)]));
    }
  }
}

function anything(random: Random, depth: number): unknown {
  const chance = random();
  if (chance < 0.35) return pick(random, WORDS);
  if (chance < 0.65) return pick(random, NUMBERS);
  if (chance < 0.8 || depth === 0) return pick(random, [null, true, false, [], {}]);
  const length = Math.floor(random() * 3);
  const items = Array.from({ length }, () => anything(random, depth - 1));
  return random() < 0.5 ? items : Object.fromEntries(items.map((item) => [pick(random, WORDS), item]));
}

/** A copy of `base` with the changes made. */
export function mutated(base: unknown, mutations: readonly Mutation[]): unknown {
  const holder: Json = { config: structuredClone(base) };
  for (const { path, value } of mutations) {
    const steps = ["config", ...path];
    let at: Json = holder;
    for (const [index, key] of steps.slice(0, -1).entries()) {
      const next = Object.hasOwn(at, key) ? at[key] : undefined;
      // Where an earlier change has left no room, make some.
      if (typeof next !== "object" || next === null) put(at, key, typeof steps[index + 1] === "number" ? [] : {});
      at = at[key] as Json;
    }
    const last = steps.at(-1) ?? "config";
    if (value === undefined) delete at[last];
    else put(at, last, structuredClone(value));
  }
  // As it would come from a file.
  return JSON.parse(JSON.stringify(holder.config ?? null));
}

/** Also a key like __proto__ becomes a field, as in a file. */
function put(object: Json, key: string | number, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
