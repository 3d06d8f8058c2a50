/**
 * What a container uses, in the form of runc's `events` (its `types/events.go`), which monitoring programs decode: read
 * from its cgroup files at one moment, one controller a file. `../verbs/events.ts` prints it.
 */
import { blockIoStats } from "./block-io.ts";
import { cpuStats } from "./cpu.ts";
import { cpusetStats } from "./cpuset.ts";
import { type GroupFiles, MAX, nonZero, parseKeyed, parseNumber } from "./group-files.ts";
import { memoryStats } from "./memory.ts";

export type Stats = ReturnType<typeof statsOf>;

/** Pure but for the reader it is given. Times are nanoseconds, sizes bytes. */
export function statsOf(files: GroupFiles) {
  return {
    cpu: cpuStats(files),
    cpuset: cpusetStats(files),
    memory: memoryStats(files),
    pids: pidsStats(files),
    blkio: blockIoStats(files),
    hugetlb: hugetlbStats(files),
    intel_rdt: {},
    // runc lists only interfaces it made itself, which are none for an OCI bundle.
    network_interfaces: null,
  };
}

/** One line of JSON. Bigints are written as numbers, digit by digit: decoders of 64-bit numbers get them unrounded. */
export function eventLine(type: "stats" | "oom", id: string, data?: Stats): string {
  const marked = JSON.stringify({ type, id, ...(data ? { data } : {}) }, (_, value) =>
    typeof value === "bigint" ? `@${value}` : value,
  );
  // No id and no word of the kernel's has an @ in it.
  return `${marked.replace(/"@(-?\d+)"/g, "$1")}\n`;
}

/** How often the kernel has ended a process of the group for want of memory, and whether it lets them wait for some. */
export function oomCount({ version, read }: GroupFiles): { killed: bigint; waiting: boolean } {
  const counts = parseKeyed(version === 2 ? read("memory", "memory.events") : read("memory", "memory.oom_control"));
  return { killed: counts.oom_kill ?? 0n, waiting: (counts.under_oom ?? 0n) > 0n };
}

function pidsStats({ read }: GroupFiles) {
  const limit = parseNumber(read("pids", "pids.max"));
  return nonZero({ current: parseNumber(read("pids", "pids.current")), limit: limit === MAX ? 0n : limit });
}

/** The sizes of huge pages every kernel of an architecture we run on may have. */
const PAGE_SIZES = ["64KB", "2MB", "32MB", "512MB", "1GB"];

function hugetlbStats({ version, read }: GroupFiles) {
  const entries = PAGE_SIZES.flatMap((size) => {
    const file = (ending: string) => read("hugetlb", `hugetlb.${size}.${ending}`);
    const usage = file(version === 2 ? "current" : "usage_in_bytes");
    if (usage === undefined) return [];
    const failures = version === 2 ? parseKeyed(file("events")).max : parseNumber(file("failcnt"));
    const max = version === 2 ? 0n : parseNumber(file("max_usage_in_bytes"));
    return [[size, { ...nonZero({ usage: parseNumber(usage), max }), failcnt: failures ?? 0n }]];
  });
  return Object.fromEntries(entries);
}
