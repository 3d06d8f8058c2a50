/** Processor time that a container has used, in nanoseconds, and how often its quota held it back. */
import { type GroupFiles, nonZero, parseKeyed, parseNumber } from "./group-files.ts";

/** `cpuacct.stat` counts in ticks of 1/100 s on every architecture (USER_HZ, man 7 time). */
const NS_PER_TICK = 10_000_000n;
const NS_PER_US = 1000n;

export function cpuStats({ version, read }: GroupFiles) {
  const stat = parseKeyed(read("cpu", "cpu.stat"));
  const throttling = nonZero({
    periods: stat.nr_periods,
    throttledPeriods: stat.nr_throttled,
    throttledTime: stat.throttled_time ?? (stat.throttled_usec ?? 0n) * NS_PER_US,
  });
  if (version === 2) {
    const inNs = (key: string) => (stat[key] ?? 0n) * NS_PER_US;
    return {
      usage: { ...nonZero({ total: inNs("usage_usec") }), kernel: inNs("system_usec"), user: inNs("user_usec") },
      throttling,
    };
  }
  const ticks = parseKeyed(read("cpuacct", "cpuacct.stat"));
  return {
    usage: {
      ...nonZero({
        total: parseNumber(read("cpuacct", "cpuacct.usage")),
        percpu: (read("cpuacct", "cpuacct.usage_percpu") ?? "").trim().split(/\s+/).filter(Boolean).map(parseNumber),
        ...perProcessor(read("cpuacct", "cpuacct.usage_all")),
      }),
      kernel: (ticks.system ?? 0n) * NS_PER_TICK,
      user: (ticks.user ?? 0n) * NS_PER_TICK,
    },
    throttling,
  };
}

/** `cpuacct.usage_all`: a heading, then processor, user and system time a line. */
function perProcessor(text: string | undefined) {
  const rows = (text ?? "")
    .split("\n")
    .slice(1)
    .map((line) => line.split(" "))
    .filter(({ length }) => length >= 3);
  return {
    percpu_kernel: rows.map(([, , system]) => parseNumber(system)),
    percpu_user: rows.map(([, user]) => parseNumber(user)),
  };
}
