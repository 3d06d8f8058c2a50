/** The profile's words for what happens to a system call, as the 32-bit values a filter returns (man 2 seccomp). */
import { GlassboxError } from "../../0-base/mod.ts";
import { ERRNO } from "../abi/errno.ts";
import { SECCOMP } from "../abi/seccomp.ts";

const ACTIONS: Record<string, number> = {
  SCMP_ACT_KILL: SECCOMP.SECCOMP_RET_KILL_THREAD,
  SCMP_ACT_KILL_THREAD: SECCOMP.SECCOMP_RET_KILL_THREAD,
  SCMP_ACT_KILL_PROCESS: SECCOMP.SECCOMP_RET_KILL_PROCESS,
  SCMP_ACT_TRAP: SECCOMP.SECCOMP_RET_TRAP,
  SCMP_ACT_ERRNO: SECCOMP.SECCOMP_RET_ERRNO,
  SCMP_ACT_TRACE: SECCOMP.SECCOMP_RET_TRACE,
  SCMP_ACT_ALLOW: SECCOMP.SECCOMP_RET_ALLOW,
  SCMP_ACT_LOG: SECCOMP.SECCOMP_RET_LOG,
  SCMP_ACT_NOTIFY: SECCOMP.SECCOMP_RET_USER_NOTIF,
};

/** Every action a profile may name. */
export const ACTION_NAMES: readonly string[] = Object.keys(ACTIONS);

/** What a system call newer than the profile gets, so that libc falls back to an older one. */
export const RETURN_ENOSYS = SECCOMP.SECCOMP_RET_ERRNO | ERRNO.ENOSYS;

/**
 * `errnoRet` is the error of ERRNO and the message of TRACE; EPERM when absent.
 * @throws GlassboxError invalid argument for an action that the kernel does not have
 */
export function returnValue(action: string, errnoRet: number | undefined): number {
  const value = ACTIONS[action];
  if (value === undefined) {
    throw new GlassboxError(
      "invalid argument",
      `Cannot use seccomp action "${action}": the kernel has no such action`,
      {
        hint: `Use one of ${ACTION_NAMES.join(", ")}`,
      },
    );
  }
  const takesErrno = action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE";
  if (!takesErrno) return value;
  return value | ((errnoRet ?? ERRNO.EPERM) & SECCOMP.SECCOMP_RET_DATA);
}

/** Actions under which the call is made: with one of these as default, a newer call needs no ENOSYS. */
export function isPermissive(action: string): boolean {
  return action === "SCMP_ACT_ALLOW" || action === "SCMP_ACT_LOG";
}

const FLAGS: Record<string, number> = {
  SECCOMP_FILTER_FLAG_TSYNC: SECCOMP.SECCOMP_FILTER_FLAG_TSYNC,
  SECCOMP_FILTER_FLAG_LOG: SECCOMP.SECCOMP_FILTER_FLAG_LOG,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: SECCOMP.SECCOMP_FILTER_FLAG_SPEC_ALLOW,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: SECCOMP.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
};

/** Every flag a profile may name. */
export const FLAG_NAMES: readonly string[] = Object.keys(FLAGS);

/** @throws GlassboxError invalid argument for a flag the kernel does not have */
export function filterFlags(flags: readonly string[] = []): number {
  return flags.reduce((sum, flag) => {
    const bit = FLAGS[flag];
    if (bit === undefined) {
      throw new GlassboxError("invalid argument", `Cannot use seccomp flag "${flag}"`, {
        hint: `Use one of ${FLAG_NAMES.join(", ")}`,
      });
    }
    return sum | bit;
  }, 0);
}
