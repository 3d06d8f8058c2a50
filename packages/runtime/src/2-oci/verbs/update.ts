/** `update`: change the limits of a running container. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GlassboxError, messageOf } from "../../0-base/mod.ts";
import { type CgroupLimits, limitSteps, unmetLimits } from "../../1-kernel/mod.ts";
import { RESOURCES_SHAPE } from "../spec/validate.ts";
import { withLock } from "../state/lock.ts";
import { load } from "../state/store.ts";
import { oneId } from "./launch-flags.ts";
import { text, type Values, type Verb } from "./verb.ts";

/** Flag to field of the resources, all numbers. */
const NUMBERS = {
  "cpu-period": ["cpu", "period"],
  "cpu-quota": ["cpu", "quota"],
  "cpu-share": ["cpu", "shares"],
  "cpu-rt-period": ["cpu", "realtimePeriod"],
  "cpu-rt-runtime": ["cpu", "realtimeRuntime"],
  memory: ["memory", "limit"],
  "memory-reservation": ["memory", "reservation"],
  "memory-swap": ["memory", "swap"],
  "blkio-weight": ["blockIO", "weight"],
  "pids-limit": ["pids", "limit"],
} as const;
const WORDS = { "cpuset-cpus": ["cpu", "cpus"], "cpuset-mems": ["cpu", "mems"] } as const;

export const update: Verb = {
  args: "ID",
  summary: "change the limits of a container",
  flags: {
    resources: {
      type: "string",
      short: "r",
      value: "FILE",
      help: "take them from this JSON file, or - for standard input",
    },
    ...Object.fromEntries(
      Object.keys({ ...NUMBERS, ...WORDS }).map((flag) => [
        flag,
        { type: "string" as const, value: "VALUE", help: `set ${flag}` },
      ]),
    ),
  },
  async run(context, values, args) {
    const { directory } = load(context.root, oneId(args, "update"));
    await withLock(directory, async () => {
      const { stored } = load(context.root, oneId(args, "update"));
      // Devices stay as they are: forbidding all first would cut a running container off.
      const { devices: _devices, ...limits } = wantedLimits(values);
      const unmet = unmetLimits(stored.cgroups, limits);
      for (const warning of unmet.warnings) context.log.warn(warning);
      if (unmet.missing[0])
        throw new GlassboxError(
          "not supported",
          `cannot set ${unmet.missing[0]} limit: container could not join or create cgroup`,
        );
      if (stored.unit) (await import("./systemd.ts")).setUnitLimits(stored.unit, limits);
      const steps = stored.cgroups.flatMap((place) => limitSteps(place, limits));
      const writes = steps.flatMap((step) =>
        step.kind === "write" && !step.file.startsWith("devices.") ? [step] : [],
      );
      writeInSomeOrder(writes.map(({ directory: group, file, value }) => ({ path: join(group, file), value })));
    });
    return 0;
  },
};

/** v1 refuses memory above memory+swap at any moment, so which goes first depends on what is set now: try both. */
function writeInSomeOrder(writes: Array<{ path: string; value: string }>): void {
  let left = writes;
  while (left.length > 0) {
    let failure: unknown;
    const refused = left.filter(({ path, value }) => {
      try {
        writeFileSync(path, value);
        return false;
      } catch (thrown) {
        failure ??= new GlassboxError(
          "failed precondition",
          `Cannot write "${value}" to "${path}": ${messageOf(thrown)}`,
          { cause: thrown },
        );
        return true;
      }
    });
    if (refused.length === left.length) throw failure;
    left = refused;
  }
}

function wantedLimits(values: Values): CgroupLimits {
  const file = text(values, "resources");
  if (file !== undefined) {
    const json: unknown = JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
    const [problem] = RESOURCES_SHAPE(json, "");
    if (problem)
      throw new GlassboxError("invalid argument", `Cannot use "${file}": ${problem.pointer || "/"} ${problem.message}`);
    return json as CgroupLimits;
  }
  const limits: Record<string, Record<string, unknown>> = {};
  const set = ([group, field]: readonly [string, string], value: unknown) => {
    limits[group] = { ...limits[group], [field]: value };
  };
  for (const [flag, target] of Object.entries(NUMBERS)) {
    const word = text(values, flag);
    if (word !== undefined) set(target, parseAmount(word, flag));
  }
  for (const [flag, target] of Object.entries(WORDS)) {
    const word = text(values, flag);
    if (word !== undefined) set(target, word);
  }
  return limits as CgroupLimits;
}

const UNITS: Record<string, number> = { "": 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `64M`, `1024`, `-1`. */
function parseAmount(word: string, flag: string): number {
  const match = /^(-?\d+)([bkmgt]?)b?$/i.exec(word);
  const unit = UNITS[(match?.[2] ?? "").toLowerCase()];
  if (!match?.[1] || unit === undefined)
    throw new GlassboxError("invalid argument", `invalid value for ${flag}: "${word}"`);
  return Number(match[1]) * unit;
}
