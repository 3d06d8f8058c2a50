/**
 * What memory a container holds. v1 counts memory and swap together; v2 counts swap alone, and the two are added so that
 * a reader need not know which version it looks at (as runc does).
 */
import { type GroupFiles, MAX, nonZero, parseKeyed, parseNumber } from "./group-files.ts";

export function memoryStats(files: GroupFiles) {
  return files.version === 2 ? unified(files) : perKind(files);
}

function unified({ read }: GroupFiles) {
  const number = (file: string) => parseNumber(read("memory", file));
  const raw = parseKeyed(read("memory", "memory.stat"));
  const limit = number("memory.max");
  const usage = number("memory.current");
  const swapLimit = number("memory.swap.max");
  const refusals = parseKeyed(read("memory", "memory.events")).max ?? 0n;
  return {
    ...nonZero({ cache: raw.file }),
    usage: { limit, ...nonZero({ usage, max: number("memory.peak") }), failcnt: refusals },
    swap: {
      limit: swapLimit === MAX || limit === MAX ? MAX : swapLimit + limit,
      ...nonZero({ usage: usage + number("memory.swap.current") }),
      failcnt: parseKeyed(read("memory", "memory.swap.events")).max ?? 0n,
    },
    kernel: { limit: 0n, failcnt: 0n },
    kernelTCP: { limit: 0n, failcnt: 0n },
    raw,
  };
}

function perKind({ read }: GroupFiles) {
  const raw = parseKeyed(read("memory", "memory.stat"));
  const entry = (kind: string) => {
    const number = (ending: string) => parseNumber(read("memory", `memory.${kind}${ending}`));
    return {
      limit: number("limit_in_bytes"),
      ...nonZero({ usage: number("usage_in_bytes"), max: number("max_usage_in_bytes") }),
      failcnt: number("failcnt"),
    };
  };
  return {
    ...nonZero({ cache: raw.cache }),
    usage: entry(""),
    swap: entry("memsw."),
    kernel: entry("kmem."),
    kernelTCP: entry("kmem.tcp."),
    raw,
  };
}
