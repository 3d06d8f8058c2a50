/**
 * The cpu controller: a share when processors are contended, and a quota of processor time a period that holds always
 * (Documentation/admin-guide/cgroup-v2.rst, scheduler/sched-bwc.rst).
 */
import type { Controller, CpuLimits, FileWrite } from "./limits.ts";

const WHY = {
  shares: "Set this group's share of a contended processor",
  quota: "Let these processes run this many microseconds a period and no longer",
  period: "Set the period that the quota is counted in",
  burst: "Let unused quota be saved up to this much for a burst",
  realtimePeriod: "Set the period that real-time run time is counted in",
  realtimeRuntime: "Let real-time processes run this many microseconds a period",
  idle: "Run these processes only when nothing else wants the processor",
} as const;

const V1_FILES = {
  realtimePeriod: "cpu.rt_period_us",
  realtimeRuntime: "cpu.rt_runtime_us",
  shares: "cpu.shares",
  idle: "cpu.idle",
  period: "cpu.cfs_period_us",
  quota: "cpu.cfs_quota_us",
  burst: "cpu.cfs_burst_us",
} as const;

/** The spec's shares run from 2 to 262144, v2's weight from 1 to 10000; this is the map every runtime uses. */
export function sharesToWeight(shares: number): number {
  return Math.floor(1 + ((shares - 2) * 9999) / 262142);
}

export const cpu: Controller = {
  name: "cpu",

  v1({ cpu: limits = {} }) {
    return (Object.keys(V1_FILES) as Array<keyof typeof V1_FILES>).flatMap((field) => {
      const value = limits[field];
      if (value === undefined || (value === 0 && field !== "burst" && field !== "idle")) return [];
      return [{ file: V1_FILES[field], value: String(value), why: WHY[field], from: `/cpu/${field}` }];
    });
  },

  v2({ cpu: limits = {} }) {
    const writes: FileWrite[] = [];
    if (limits.idle !== undefined) {
      writes.push({ file: "cpu.idle", value: String(limits.idle), why: WHY.idle, from: "/cpu/idle" });
    }
    if (limits.shares) {
      const weight = String(sharesToWeight(limits.shares));
      writes.push({ file: "cpu.weight", value: weight, why: WHY.shares, from: "/cpu/shares" });
    }
    if (limits.quota || limits.period) {
      const quota = limits.quota && limits.quota > 0 ? String(limits.quota) : "max";
      const value = limits.period ? `${quota} ${limits.period}` : quota;
      const from = limits.quota ? "/cpu/quota" : "/cpu/period";
      writes.push({ file: "cpu.max", value, why: WHY.quota, from });
    }
    if (limits.burst !== undefined) {
      writes.push({ file: "cpu.max.burst", value: String(limits.burst), why: WHY.burst, from: "/cpu/burst" });
    }
    return writes;
  },
};

/** Real-time limits have no file on v2; the caller warns. */
export function unsupportedCpuFields(limits: CpuLimits, version: 1 | 2): Array<keyof CpuLimits> {
  if (version === 1) return [];
  return (["realtimeRuntime", "realtimePeriod"] as const).filter((field) => limits[field]);
}
