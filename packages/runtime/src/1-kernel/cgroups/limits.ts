/**
 * What can be limited, in the shape of the runtime-spec's `linux.resources`, so that a bundle's own object can be passed
 * as it is. One file a controller (`memory.ts`, `pids.ts`, ...) turns it into the files to write; `writes.ts` gathers.
 */
import type { ErrnoName } from "../abi/errno.ts";

export interface CgroupLimits {
  devices?: DeviceRule[];
  memory?: MemoryLimits;
  cpu?: CpuLimits;
  pids?: { limit: number };
  blockIO?: BlockIoLimits;
  hugepageLimits?: Array<{ pageSize: string; limit: number }>;
  network?: { classID?: number; priorities?: Array<{ name: string; priority: number }> };
  rdma?: Record<string, { hcaHandles?: number; hcaObjects?: number }>;
  /** File name to value, written as it stands; v2 only. */
  unified?: Record<string, string>;
}

/** Bytes; -1 is unlimited, 0 or absent leaves the kernel's value. */
export interface MemoryLimits {
  limit?: number;
  /** Soft limit: reclaimed down to it first when memory is short. */
  reservation?: number;
  /** Memory and swap together, so it is never below `limit`. */
  swap?: number;
  kernel?: number;
  kernelTCP?: number;
  /** 0 to 100. */
  swappiness?: number;
  disableOOMKiller?: boolean;
  useHierarchy?: boolean;
  checkBeforeUpdate?: boolean;
}

/** Times in microseconds. */
export interface CpuLimits {
  shares?: number;
  quota?: number;
  burst?: number;
  period?: number;
  realtimeRuntime?: number;
  realtimePeriod?: number;
  cpus?: string;
  mems?: string;
  idle?: number;
}

export interface DeviceRule {
  allow: boolean;
  /** `a` all, `c` character, `b` block. */
  type?: string;
  /** Absent or -1: any. */
  major?: number;
  minor?: number;
  /** Of the letters r, w, m (mknod). */
  access?: string;
}

interface BlockDevice {
  major: number;
  minor: number;
}

export interface BlockIoLimits {
  weight?: number;
  leafWeight?: number;
  weightDevice?: Array<BlockDevice & { weight?: number; leafWeight?: number }>;
  throttleReadBpsDevice?: Array<BlockDevice & { rate: number }>;
  throttleWriteBpsDevice?: Array<BlockDevice & { rate: number }>;
  throttleReadIOPSDevice?: Array<BlockDevice & { rate: number }>;
  throttleWriteIOPSDevice?: Array<BlockDevice & { rate: number }>;
}

/** One file of a cgroup and what to write there: cgroup writes as data, so that a plan can hold them and a page show them. */
export interface FileWrite {
  file: string;
  value: string;
  why: string;
  /** JSON pointer below `/linux/resources`: `/memory/limit`. */
  from: string;
  allow?: ErrnoName[];
}

/** A controller's pure half. `v1` or `v2` is absent where that version has no such thing. */
export interface Controller {
  /** As in `/proc/cgroups` and `cgroup.controllers`. */
  name: string;
  v1?(limits: CgroupLimits): FileWrite[];
  v2?(limits: CgroupLimits, kernel: { weighsIo?: true }): FileWrite[];
}

/** The kernel prints and takes "no limit" as `max` in v2's files and as -1 in v1's. */
export function orMax(limit: number): string {
  return limit < 0 ? "max" : String(limit);
}
