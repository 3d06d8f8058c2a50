/**
 * Where systemd wants a container: in a unit of its own, a scope below a slice (man 5 systemd.scope, systemd.slice). On a
 * machine that systemd runs, it owns the cgroup tree, and a group made behind its back may lose its limits when it
 * reloads; so engines there ask for `--systemd-cgroup`. All pure; `2-oci/verbs/systemd.ts` talks to systemd.
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { sharesToWeight } from "./cpu.ts";
import type { CgroupLimits } from "./limits.ts";

export interface SystemdUnit {
  /** `libpod-abc.scope` */
  name: string;
  /** `machine.slice`; slices nest by their names, `a-b.slice` lies in `a.slice` (man 5 systemd.slice). */
  slice: string;
}

/** What runc calls a container that names no slice and no prefix. */
const DEFAULT_SLICE = { system: "system.slice", user: "user.slice" };

/**
 * Reads `linux.cgroupsPath` as every caller with a systemd driver writes it: `SLICE:PREFIX:NAME`, for the scope
 * `PREFIX-NAME.scope` in that slice.
 * @param manager whose systemd: the machine's, or that of a user without root
 * @throws GlassboxError invalid argument for another form
 */
export function systemdUnit(cgroupsPath: string | undefined, id: string, manager: "system" | "user"): SystemdUnit {
  const parts = (cgroupsPath || `:glassrun:${id}`).split(":");
  const [slice = "", prefix = "", name = ""] = parts;
  if (parts.length !== 3 || name === "" || name.endsWith(".slice") || parts.some((part) => part.includes("/"))) {
    throw new GlassboxError(
      "invalid argument",
      `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "${cgroupsPath}" instead`,
      { hint: "Change /linux/cgroupsPath, or leave --systemd-cgroup out" },
    );
  }
  return { name: `${prefix ? `${prefix}-` : ""}${name}.scope`, slice: slice || DEFAULT_SLICE[manager] };
}

/**
 * The limits that systemd has a property for (man 5 systemd.resource-control), so that it writes the same values as we
 * when it next touches the unit. All others are only in the cgroup's files, which `Delegate` keeps it from.
 */
export function unitProperties({ memory = {}, cpu = {}, pids }: CgroupLimits): string[] {
  const properties: Array<[name: string, value: string | undefined]> = [
    ["MemoryMax", bytes(memory.limit)],
    ["MemoryLow", bytes(memory.reservation)],
    ["MemorySwapMax", swapMax(memory)],
    ["CPUWeight", cpu.shares ? String(sharesToWeight(cpu.shares)) : undefined],
    ["CPUQuotaPeriodSec", cpu.period ? `${cpu.period}us` : undefined],
    ["CPUQuota", quotaPercent(cpu)],
    ["AllowedCPUs", cpu.cpus || undefined],
    ["AllowedMemoryNodes", cpu.mems || undefined],
    ["TasksMax", pids && pids.limit !== 0 ? (pids.limit < 0 ? "infinity" : String(pids.limit)) : undefined],
  ];
  return properties.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}

function bytes(value: number | undefined): string | undefined {
  if (!value) return undefined;
  return value < 0 ? "infinity" : String(value);
}

/** The specification counts memory and swap together, systemd swap alone, as v2's file does. */
function swapMax({ limit = 0, swap = 0 }: NonNullable<CgroupLimits["memory"]>): string | undefined {
  if (swap < 0) return "infinity";
  return limit > 0 && swap >= limit ? String(swap - limit) : undefined;
}

/** The kernel's default period, in which a quota without one counts. */
const DEFAULT_PERIOD_US = 100_000;

/** systemd takes whole per cents, so the part of one that is lost is given back rather than taken away. */
function quotaPercent({ quota = 0, period }: NonNullable<CgroupLimits["cpu"]>): string | undefined {
  if (quota === 0) return undefined;
  return quota < 0 ? "" : `${Math.ceil((quota * 100) / (period || DEFAULT_PERIOD_US))}%`;
}
