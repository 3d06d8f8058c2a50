/**
 * The memory controller: how many bytes the processes of a group may hold before the kernel reclaims, then kills
 * (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst).
 */
import { GlassboxError } from "../../0-base/mod.ts";
import { type Controller, type FileWrite, type MemoryLimits, orMax } from "./limits.ts";

export const memory: Controller = {
  name: "memory",

  v1({ memory: limits = {} }) {
    const writes: FileWrite[] = [];
    const set = (file: string, field: keyof MemoryLimits, why: string, value = limits[field]) => {
      if (value !== undefined && value !== 0)
        writes.push({ file, value: String(value), why, from: `/memory/${field}` });
    };
    set(
      "memory.limit_in_bytes",
      "limit",
      "Let these processes hold no more memory than this; above it the kernel kills one of them",
    );
    const swap = limits.swap ?? (limits.limit === -1 ? -1 : undefined);
    if (swap !== undefined && swap !== 0) {
      writes.push({
        file: "memory.memsw.limit_in_bytes",
        value: String(swap),
        why: "Limit memory and swap together",
        from: "/memory/swap",
        // A kernel without swap accounting has no such file; then there is nothing to set free either.
        ...(swap === -1 ? { allow: ["ENOENT"] as const satisfies FileWrite["allow"] } : {}),
      });
    }
    set("memory.soft_limit_in_bytes", "reservation", "When memory is short, reclaim down to this first");
    set("memory.kmem.tcp.limit_in_bytes", "kernelTCP", "Limit the memory of TCP buffers");
    if (limits.swappiness !== undefined) {
      writes.push({
        file: "memory.swappiness",
        value: String(limits.swappiness),
        why: "Set how eagerly the kernel swaps these processes out",
        from: "/memory/swappiness",
      });
    }
    if (limits.disableOOMKiller) {
      writes.push({
        file: "memory.oom_control",
        value: "1",
        why: "Make processes wait for memory at the limit, where the kernel would kill one",
        from: "/memory/disableOOMKiller",
      });
    }
    return writes;
  },

  v2({ memory: limits = {} }) {
    const writes: FileWrite[] = [];
    if (limits.limit) {
      writes.push({
        file: "memory.max",
        value: orMax(limits.limit),
        why: "Let these processes hold no more memory than this; above it the kernel kills one of them",
        from: "/memory/limit",
      });
    }
    const swapMax = swapOnly(limits);
    if (swapMax !== undefined) {
      writes.push({
        file: "memory.swap.max",
        value: swapMax,
        why: "Limit how much of it may be swapped out",
        from: "/memory/swap",
      });
    }
    if (limits.reservation) {
      writes.push({
        file: "memory.low",
        value: orMax(limits.reservation),
        why: "Spare this much memory when the machine is short of it",
        from: "/memory/reservation",
      });
    }
    return writes;
  },
};

/**
 * v1 and the spec count memory and swap together; v2's `memory.swap.max` is swap alone.
 * @throws GlassboxError invalid argument when the sum is below the memory limit
 */
function swapOnly({ limit = 0, swap = 0 }: MemoryLimits): string | undefined {
  if (swap === -1 || (limit === -1 && swap === 0)) return "max";
  if (swap === 0) return undefined;
  if (limit <= 0) {
    throw new GlassboxError(
      "invalid argument",
      "Cannot limit swap: /linux/resources/memory/swap is set and memory/limit is not",
      {
        hint: "swap counts memory and swap together; set both",
      },
    );
  }
  if (swap < limit) {
    throw new GlassboxError(
      "invalid argument",
      `Cannot limit swap: /linux/resources/memory/swap, memory and swap together ("${swap}") is less than the memory limit ("${limit}")`,
    );
  }
  return String(swap - limit);
}

/** Fields of the spec that have no file on this version; the caller warns about each. */
export function unsupportedMemoryFields(limits: MemoryLimits, version: 1 | 2): Array<keyof MemoryLimits> {
  const without: Array<keyof MemoryLimits> =
    version === 1 ? ["kernel"] : ["kernel", "kernelTCP", "swappiness", "disableOOMKiller"];
  return without.filter((field) => limits[field] !== undefined && limits[field] !== 0 && limits[field] !== false);
}
