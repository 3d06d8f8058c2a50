/** Resource limits (man 2 prlimit): what one process may use, whatever its cgroup allows. */
import { type ConstantsOf, flags, written } from "../plan/constants.ts";
import type { Arg, Op } from "../plan/plan.ts";
import { type About, nothing, number, op, struct, type Value } from "./op.ts";

export type LimitName = ConstantsOf<"RLIMIT_">;

/** RLIM_INFINITY: no limit. */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** Set a limit of process `pid` (0: this one). `soft` counts now; the process may raise it up to `hard` itself. */
export function prlimit64(
  call: { pid: Value; resource: LimitName; soft: number | bigint; hard: number | bigint },
  about: About,
): Op {
  const limits = struct("rlimit64", { rlim_cur: limit(call.soft), rlim_max: limit(call.hard) });
  return op("prlimit64", [number(call.pid), flags([call.resource]), limits, nothing], about);
}

function limit(value: number | bigint): Arg {
  return value === UNLIMITED ? written("0xffffffffffffffff") : number(value);
}
