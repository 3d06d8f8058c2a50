/** Which processors and memory nodes a container may use. v2 has only the two lists. */
import { type GroupFiles, parseNumber } from "./group-files.ts";

const V1_SWITCHES = {
  cpu_exclusive: "cpuset.cpu_exclusive",
  mem_hardwall: "cpuset.mem_hardwall",
  mem_exclusive: "cpuset.mem_exclusive",
  memory_migrate: "cpuset.memory_migrate",
  memory_spread_page: "cpuset.memory_spread_page",
  memory_spread_slab: "cpuset.memory_spread_slab",
  memory_pressure: "cpuset.memory_pressure",
  sched_load_balance: "cpuset.sched_load_balance",
  sched_relax_domain_level: "cpuset.sched_relax_domain_level",
} as const;

export function cpusetStats({ read }: GroupFiles) {
  const cpus = parseList(read("cpuset", "cpuset.cpus"));
  const mems = parseList(read("cpuset", "cpuset.mems"));
  const switches = Object.entries(V1_SWITCHES).map(([name, file]) => [name, parseNumber(read("cpuset", file))]);
  return {
    ...(cpus.length > 0 ? { cpus } : {}),
    ...(mems.length > 0 ? { mems } : {}),
    ...(Object.fromEntries(switches) as Record<keyof typeof V1_SWITCHES, bigint>),
  };
}

/** `0-2,7` (man 7 cpuset, "List format"). */
export function parseList(text = ""): number[] {
  return text
    .trim()
    .split(",")
    .filter((range) => range !== "")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
