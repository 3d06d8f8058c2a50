/** Installing a system call filter (man 2 seccomp). What the filter says is compiled in `../seccomp`. */
import { type ConstantsOf, flags } from "../plan/constants.ts";
import type { Op } from "../plan/plan.ts";
import { type About, number, op, struct } from "./op.ts";

/** One `struct sock_filter`: u16 code, u8 jt, u8 jf, u32 k. */
const INSTRUCTION_BYTES = 8;

/**
 * Have the kernel run `filter` (classic BPF, 8 bytes an instruction) before every system call from here on, sysrun's own
 * included: it needs `write`, `read`, `exit_group` and `execve` to come to an end. Wants CAP_SYS_ADMIN or no_new_privs.
 * With SECCOMP_FILTER_FLAG_NEW_LISTENER the op's result is the descriptor notifications come from.
 */
export function seccomp(
  call: { filter: Uint8Array; flags: readonly ConstantsOf<"SECCOMP_FILTER_FLAG_">[] },
  about: About,
): Op {
  const count = call.filter.length / INSTRUCTION_BYTES;
  const filter = { kind: "bytes" as const, value: call.filter, text: `${count} BPF instructions` };
  const program = struct("sock_fprog", { len: number(count), filter });
  return op("seccomp", [flags(["SECCOMP_SET_MODE_FILTER"]), flags(call.flags), program], about);
}
