/** `process.ioPriority`, `process.scheduler` and, for `exec`, `process.execCPUAffinity` (runtime-spec config.md, "Linux Process"). */
import { GlassboxError } from "../../0-base/mod.ts";
import { ioprioSet, type Op, schedSetaffinity, schedSetattr } from "../../1-kernel/mod.ts";
import type { Planning } from "./planning.ts";

/** Before capabilities are dropped: real-time classes need CAP_SYS_NICE. */
export function planScheduling({ config }: Planning): Op[] {
  const { ioPriority, scheduler } = config.process ?? {};
  const ops: Op[] = [];
  if (ioPriority) {
    ops.push(
      ioprioSet(
        { class: ioPriority.class, priority: ioPriority.priority ?? 0 },
        { why: "Order its disk requests among those of others", from: "/process/ioPriority" },
      ),
    );
  }
  if (scheduler) {
    const { policy, flags = [], nice, priority, runtime, deadline, period } = scheduler;
    if (policy === "SCHED_ISO") {
      throw new GlassboxError(
        "not supported",
        'Cannot use policy "SCHED_ISO" (/process/scheduler/policy): the kernel has a number for it and nothing behind it',
      );
    }
    ops.push(
      schedSetattr(
        {
          policy: policy === "SCHED_OTHER" ? "SCHED_NORMAL" : policy,
          flags,
          ...(nice === undefined ? {} : { nice }),
          ...(priority === undefined ? {} : { priority }),
          ...(runtime === undefined ? {} : { runtimeNs: runtime }),
          ...(deadline === undefined ? {} : { deadlineNs: deadline }),
          ...(period === undefined ? {} : { periodNs: period }),
        },
        { why: "Say by which rule the kernel gives it the processor", from: "/process/scheduler" },
      ),
    );
  }
  return ops;
}

/** `initial` until it is in the container's cgroup, `final` from then on. Not for a container's first process. */
export function planAffinity({ config }: Planning, which: "initial" | "final"): Op[] {
  const list = config.process?.execCPUAffinity?.[which];
  if (!list) return [];
  const from = `/process/execCPUAffinity/${which}`;
  const why =
    which === "initial"
      ? "Stay on these processors while it joins the container"
      : "Run on these processors from here on";
  return [schedSetaffinity({ cpus: parseCpuList(list, from) }, { why, from })];
}

/** More than any machine has; keeps a typing error from becoming a mask of gigabytes. */
const CPUS_MAX = 65_536;

/** Pure: `0-3,7` (man 7 cpuset, "List format"). @throws GlassboxError invalid argument */
function parseCpuList(list: string, from: string): number[] {
  const cpus = list.split(",").flatMap((part) => {
    const [, first = "", last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    const [low, high] = [Number(first), Number(last)];
    if (first === "" || low > high || high >= CPUS_MAX)
      throw new GlassboxError(
        "invalid argument",
        `Cannot use "${list}" (${from}): it is no list of CPUs such as "0-3,7"`,
      );
    return Array.from({ length: high - low + 1 }, (_, index) => low + index);
  });
  return [...new Set(cpus)];
}
