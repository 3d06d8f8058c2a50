/** `update`: change the limits of a running container. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GlassboxError, messageOf } from "../../0-base/mod.ts";
import { type CgroupLimits, type CgroupStep, limitSteps, unmetLimits } from "../../1-kernel/mod.ts";
import { RESOURCES_SHAPE } from "../spec/config-shape.ts";
import { type StoredState, statusOf } from "../state/container-state.ts";
import { withLock } from "../state/lock.ts";
import { isAllowed } from "../state/operations.ts";
import { load, loadConfig } from "../state/store.ts";
import { type GroupFiles, groupFiles, parseNumber } from "../stats/group-files.ts";
import { oneId } from "./launch-flags.ts";
import { text, type Values, type Verb } from "./verb.ts";

interface LimitFlag {
  /** The field below `linux.resources` that it sets. */
  field: readonly [group: string, name: string];
  help: string;
}

/** Amounts: a number, where bytes are meant with a unit if one likes. */
const NUMBERS: Record<string, LimitFlag> = {
  "cpu-period": { field: ["cpu", "period"], help: "microseconds that the quota is counted in" },
  "cpu-quota": { field: ["cpu", "quota"], help: "microseconds of processor time a period; -1 is no limit" },
  "cpu-burst": { field: ["cpu", "burst"], help: "microseconds of unused quota that may be saved up" },
  "cpu-share": { field: ["cpu", "shares"], help: "share of a contended processor, 2 to 262144" },
  "cpu-rt-period": { field: ["cpu", "realtimePeriod"], help: "microseconds that cpu-rt-runtime is counted in (v1)" },
  "cpu-rt-runtime": { field: ["cpu", "realtimeRuntime"], help: "microseconds of real-time processes a period (v1)" },
  "cpu-idle": { field: ["cpu", "idle"], help: "1: run only when nothing else wants the processor" },
  memory: { field: ["memory", "limit"], help: "bytes of memory; -1 is no limit" },
  "memory-reservation": { field: ["memory", "reservation"], help: "bytes to reclaim down to when memory is short" },
  "memory-swap": { field: ["memory", "swap"], help: "bytes of memory and swap together; -1 is no limit" },
  "blkio-weight": { field: ["blockIO", "weight"], help: "share of a contended disk, 10 to 1000" },
  "pids-limit": { field: ["pids", "limit"], help: "processes and threads at once; -1 is no limit" },
};
const WORDS: Record<string, LimitFlag> = {
  "cpuset-cpus": { field: ["cpu", "cpus"], help: "processors to use, such as 0-2,7" },
  "cpuset-mems": { field: ["cpu", "mems"], help: "memory nodes to use, such as 0" },
};
/** Intel RDT, with what runc says of a container, or a machine, that has none. */
const CACHE: Record<string, { help: string; problem: string }> = {
  "l3-cache-schema": {
    help: "share of a cache, such as L3:0=f (Intel RDT)",
    problem: "Intel RDT/CAT: l3 cache schema is not enabled",
  },
  "mem-bw-schema": {
    help: "share of memory bandwidth, such as MB:0=20 (Intel RDT)",
    problem: "Intel RDT/MBA: memory bandwidth schema is not enabled",
  },
};

export const update: Verb = {
  args: "ID",
  summary: "change the limits of a container",
  description: `What is not named stays as it is; 0 also means unchanged. A file has the form of /linux/resources in config.json.
   Device rules are not changed: taking them all away first, as making a list anew would, cuts a running program off.`,
  flags: {
    resources: {
      type: "string",
      short: "r",
      value: "FILE",
      help: "take them from this JSON file, or - for standard input; other flags are then ignored",
    },
    ...Object.fromEntries(
      Object.entries({ ...NUMBERS, ...WORDS }).map(([flag, { help }]) => [
        flag,
        { type: "string" as const, value: "VALUE", help },
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(CACHE).map(([flag, { help }]) => [flag, { type: "string" as const, value: "TEXT", help }]),
    ),
  },
  async run(context, values, args) {
    const { directory } = load(context.root, oneId(args, "update"));
    await withLock(directory, async () => {
      const { stored } = load(context.root, oneId(args, "update"));
      if (!isAllowed("update", statusOf(stored, directory))) {
        throw new GlassboxError(
          "failed precondition",
          "cannot update a container that is stopped: container not running",
        );
      }
      const { devices, ...limits } = wantedLimits(values);
      const shares = wantedShares(values, stored);
      if (devices && JSON.stringify(devices) !== JSON.stringify(loadConfig(directory).linux?.resources?.devices)) {
        context.log.warn("/devices has no effect: the device rules of a container stay as they were when it was made");
      }
      const files = groupFiles(stored.cgroups);
      checkUsage(files, limits);
      keepQuota(files, limits);
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
      writeInSomeOrder([...writes, ...shares]);
    });
    return 0;
  },
};

/** config-linux.md "Memory", checkBeforeUpdate. v1's kernel refuses by itself; v2's would end processes to get there. */
function checkUsage({ version, read }: GroupFiles, { memory }: CgroupLimits): void {
  const { limit = 0, checkBeforeUpdate } = memory ?? {};
  if (!checkBeforeUpdate || limit <= 0) return;
  const usage = parseNumber(read("memory", version === 2 ? "memory.current" : "memory.usage_in_bytes"));
  if (usage <= limit) return;
  throw new GlassboxError(
    "failed precondition",
    `unable to set memory limit to ${limit} (current usage: ${usage}) with checkBeforeUpdate`,
  );
}

/** v2 has both in one file, where a period alone would set the quota free. */
function keepQuota({ version, read }: GroupFiles, { cpu }: CgroupLimits): void {
  if (version !== 2 || !cpu?.period || cpu.quota) return;
  const [quota] = (read("cpu", "cpu.max") ?? "max").split(" ");
  if (quota !== "max") cpu.quota = Number(quota);
}

type LimitWrite = Pick<Extract<CgroupStep, { kind: "write" }>, "directory" | "file" | "value" | "allow">;

/** v1 refuses memory above memory+swap at any moment, so which goes first depends on what is set now: try both. */
function writeInSomeOrder(writes: readonly LimitWrite[]): void {
  let left = writes;
  while (left.length > 0) {
    let failure: unknown;
    const refused = left.filter(({ directory, file, value, allow }) => {
      const path = join(directory, file);
      try {
        // Without O_CREAT: in a cgroup it says EACCES for a file that this kernel does not have.
        writeFileSync(path, value, { flag: "r+" });
        return false;
      } catch (thrown) {
        if (allow?.some((name) => name === (thrown as NodeJS.ErrnoException).code)) return false;
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
    const json = parseResources(file);
    const [problem] = RESOURCES_SHAPE(json, "");
    if (problem)
      throw new GlassboxError("invalid argument", `Cannot use "${file}": ${problem.pointer || "/"} ${problem.message}`);
    return json as CgroupLimits;
  }
  const limits: Record<string, Record<string, unknown>> = {};
  const set = ([group, field]: readonly [string, string], value: unknown) => {
    limits[group] = { ...limits[group], [field]: value };
  };
  for (const [flag, { field }] of Object.entries(NUMBERS)) {
    const word = text(values, flag);
    if (word !== undefined) set(field, parseAmount(word, flag));
  }
  for (const [flag, { field }] of Object.entries(WORDS)) {
    const word = text(values, flag);
    if (word !== undefined) set(field, word);
  }
  return limits as CgroupLimits;
}

/** @throws GlassboxError not supported for a container that has no such shares */
function wantedShares(values: Values, { resctrl }: StoredState): LimitWrite[] {
  if (text(values, "resources") !== undefined) return [];
  return Object.entries(CACHE).flatMap(([flag, { problem }]) => {
    const line = text(values, flag);
    if (!line) return [];
    if (!resctrl) throw new GlassboxError("not supported", problem);
    return [{ directory: resctrl.group, file: "schemata", value: `${line}\n` }];
  });
}

function parseResources(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
  } catch (cause) {
    throw new GlassboxError("invalid argument", `Cannot read the limits in "${file}": ${messageOf(cause)}`, {
      cause,
      hint: "It must be JSON in the form of /linux/resources in config.json",
    });
  }
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
