/** When a process runs, on which processors, and how its disk requests are ordered. */
import { type ConstantsOf, flags } from "../plan/constants.ts";
import type { Arg, Op } from "../plan/plan.ts";
import { structSize } from "../plan/struct.ts";
import { type About, number, op, struct, zero } from "./op.ts";

export type SchedulingPolicy = Exclude<ConstantsOf<"SCHED_">, ConstantsOf<"SCHED_FLAG_">>;

/** Scheduling policy of this process; times in nanoseconds, for SCHED_DEADLINE (man 2 sched_setattr). */
export function schedSetattr(
  call: {
    policy: SchedulingPolicy;
    flags: readonly ConstantsOf<"SCHED_FLAG_">[];
    nice?: number;
    priority?: number;
    runtimeNs?: number;
    deadlineNs?: number;
    periodNs?: number;
  },
  about: About,
): Op {
  const field = (value: number | undefined) => (value === undefined ? undefined : number(value));
  const attributes = struct("sched_attr", {
    size: number(structSize("sched_attr")),
    sched_policy: flags([call.policy]),
    sched_flags: call.flags.length === 0 ? undefined : flags(call.flags),
    sched_nice: field(call.nice),
    sched_priority: field(call.priority),
    sched_runtime: field(call.runtimeNs),
    sched_deadline: field(call.deadlineNs),
    sched_period: field(call.periodNs),
  });
  return op("sched_setattr", [zero, attributes, zero], about);
}

/** Let this process run on these processors alone. */
export function schedSetaffinity(call: { cpus: readonly number[] }, about: About): Op {
  const mask = new Uint8Array(8 * (Math.floor(Math.max(...call.cpus) / 64) + 1));
  for (const cpu of call.cpus) mask[cpu >> 3] = (mask[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  const bits: Arg = { kind: "bytes", value: mask, text: `cpus ${call.cpus.join(" ")}` };
  return op("sched_setaffinity", [zero, number(mask.length), bits], about);
}

/** Class and priority (0 the highest, 7 the lowest) of this process's disk requests (man 2 ioprio_set). */
export function ioprioSet(call: { class: ConstantsOf<"IOPRIO_CLASS_">; priority: number }, about: About): Op {
  const { value } = flags([call.class]);
  // IOPRIO_PRIO_VALUE: the class stands above the 13 bits of the priority.
  const packed: Arg = {
    kind: "number",
    value: (Number(value) << 13) | call.priority,
    text: `${call.class}<<13|${call.priority}`,
  };
  return op("ioprio_set", [flags(["IOPRIO_WHO_PROCESS"]), zero, packed], about);
}
