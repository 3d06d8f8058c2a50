/**
 * The files of one cgroup that the graph shows, as tables: which file, of which controller, into which field. v1 and v2
 * say the same things under other names and with other words for "no limit".
 * Sources: Documentation/admin-guide/cgroup-v1/, cgroup-v2.rst.
 */

import type { CgroupNode } from "@glassbox/protocol";
import { readProcFile } from "@glassbox/runtime/kernel";

type Limits = CgroupNode["limits"];
type Usage = CgroupNode["usage"];

interface CgroupFile<Field> {
  controller: string;
  file: string;
  parse(text: string): Field;
}

/** v1 prints the largest page-aligned number for "no limit"; nobody limits memory to four exabytes. */
const V1_UNLIMITED_BYTES = 2 ** 62;

const V1_LIMITS: ReadonlyArray<CgroupFile<Limits>> = [
  {
    controller: "memory",
    file: "memory.limit_in_bytes",
    parse: (text) => below("memoryMaxBytes", text, V1_UNLIMITED_BYTES),
  },
  { controller: "pids", file: "pids.max", parse: (text) => numberOr("pidsMax", text) },
  { controller: "cpu", file: "cpu.shares", parse: (text) => numberOr("cpuShares", text) },
];

const V2_LIMITS: ReadonlyArray<CgroupFile<Limits>> = [
  { controller: "memory", file: "memory.max", parse: (text) => numberOr("memoryMaxBytes", text) },
  { controller: "memory", file: "memory.high", parse: (text) => numberOr("memoryHighBytes", text) },
  { controller: "pids", file: "pids.max", parse: (text) => numberOr("pidsMax", text) },
  { controller: "cpu", file: "cpu.max", parse: cpuMax },
  { controller: "cpu", file: "cpu.weight", parse: (text) => numberOr("cpuWeight", text) },
];

const V1_USAGE: ReadonlyArray<CgroupFile<Usage>> = [
  { controller: "memory", file: "memory.usage_in_bytes", parse: (text) => numberOr("memoryBytes", text) },
  { controller: "memory", file: "memory.oom_control", parse: (text) => keyed("oomKillCount", text, "oom_kill") },
  { controller: "pids", file: "pids.current", parse: (text) => numberOr("pidsCurrent", text) },
  { controller: "pids", file: "pids.events", parse: (text) => keyed("pidsMaxHits", text, "max") },
  { controller: "cpuacct", file: "cpuacct.usage", parse: (text) => ({ cpuUsageUs: Math.floor(Number(text) / 1000) }) },
  { controller: "cpu", file: "cpu.stat", parse: (text) => keyed("throttledCount", text, "nr_throttled") },
];

const V2_USAGE: ReadonlyArray<CgroupFile<Usage>> = [
  { controller: "memory", file: "memory.current", parse: (text) => numberOr("memoryBytes", text) },
  { controller: "memory", file: "memory.events", parse: (text) => keyed("oomKillCount", text, "oom_kill") },
  { controller: "pids", file: "pids.current", parse: (text) => numberOr("pidsCurrent", text) },
  { controller: "pids", file: "pids.events", parse: (text) => keyed("pidsMaxHits", text, "max") },
  // cpu.stat's times are there without the controller; what was throttled only with it.
  { controller: "", file: "cpu.stat", parse: (text) => keyed("cpuUsageUs", text, "usage_usec") },
  { controller: "cpu", file: "cpu.stat", parse: (text) => keyed("throttledCount", text, "nr_throttled") },
  // Also there without the controller; left out then, as nobody limits the group.
  { controller: "cpu", file: "cpu.pressure", parse: cpuPressure },
];

/** Which cgroup to read: its directory, version, and the controllers it has. */
export interface CgroupPlace {
  directory: string;
  version: 1 | 2;
  controllers: readonly string[];
}

/** A field is absent where the kernel says "max" or has no such controller here. */
export function readLimits(place: CgroupPlace): Limits {
  const limits: Limits = readAll(place, place.version === 1 ? V1_LIMITS : V2_LIMITS);
  if (place.version === 1 && place.controllers.includes("cpu")) Object.assign(limits, readCfsQuota(place.directory));
  return limits;
}

export function readUsage(place: CgroupPlace): Usage {
  return readAll(place, place.version === 1 ? V1_USAGE : V2_USAGE);
}

export function readFrozen(place: CgroupPlace): boolean {
  if (place.version === 2) return /^frozen 1$/m.test(readProcFile(`${place.directory}/cgroup.events`) ?? "");
  if (!place.controllers.includes("freezer")) return false;
  return /^FROZEN/.test(readProcFile(`${place.directory}/freezer.state`) ?? "");
}

/** Words of a file such as `cgroup.controllers`; none when it is not there. */
export function readWords(path: string): string[] {
  return (readProcFile(path) ?? "").split(/\s+/).filter((word) => word !== "");
}

function readAll<Field extends object>(place: CgroupPlace, files: ReadonlyArray<CgroupFile<Field>>): Field {
  const fields = {} as Field;
  for (const { controller, file, parse } of files) {
    if (controller !== "" && !place.controllers.includes(controller)) continue;
    const text = readProcFile(`${place.directory}/${file}`);
    if (text !== undefined) Object.assign(fields, parse(text.trim()));
  }
  return fields;
}

function numberOr<Name extends string>(field: Name, text: string): { [key in Name]?: number } {
  const value = Number(text);
  return text === "" || text === "max" || Number.isNaN(value) ? {} : ({ [field]: value } as { [key in Name]?: number });
}

function below<Name extends string>(field: Name, text: string, unlimited: number): { [key in Name]?: number } {
  return Number(text) >= unlimited ? {} : numberOr(field, text);
}

/** One number of a `key value` a line file. */
function keyed<Name extends string>(field: Name, text: string, key: string): { [key in Name]?: number } {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${key} `));
  return line === undefined ? {} : numberOr(field, line.slice(key.length + 1));
}

/** `cpu.max`: `QUOTA PERIOD`, and `max PERIOD` for no limit, where the period means nothing. */
function cpuMax(text: string): Limits {
  const [quota = "max", period = ""] = text.split(" ");
  return quota === "max" ? {} : { cpuQuotaUs: Number(quota), cpuPeriodUs: Number(period) };
}

/** `some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS`, and a line `full` (Documentation/accounting/psi.rst). */
function cpuPressure(text: string): Usage {
  return numberOr("cpuWaitedUs", /^some .*\btotal=(\d+)$/m.exec(text)?.[1] ?? "");
}

/** v1's quota is -1 for no limit. */
function readCfsQuota(directory: string): Limits {
  const quota = Number(readProcFile(`${directory}/cpu.cfs_quota_us`) ?? -1);
  const period = Number(readProcFile(`${directory}/cpu.cfs_period_us`) ?? 0);
  return quota < 0 || period === 0 ? {} : { cpuQuotaUs: quota, cpuPeriodUs: period };
}
