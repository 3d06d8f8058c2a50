/** Errors of system calls as Node throws them: callers ask for their `code`, and users see their message. */
import { ERRNO_MEANING, errnoName } from "../../src/1-kernel/abi/errno.ts";

/** @param call as Node names it, which is not always what the kernel is asked */
export function systemError(errno: number, call: string, ...paths: string[]): Error {
  const name = errnoName(errno);
  const code = name ?? `errno ${errno}`;
  const meaning = (name ? ERRNO_MEANING[name] : "unknown error").toLowerCase();
  const about = paths.map((path) => `'${path}'`).join(" -> ");
  const [path, dest] = paths;
  return Object.assign(new Error(`${code}: ${meaning}, ${call}${about ? ` ${about}` : ""}`), {
    errno: -errno,
    code,
    syscall: call,
    ...(path === undefined ? {} : { path }),
    ...(dest === undefined ? {} : { dest }),
  });
}

/** Paths end at their first zero byte for the kernel, which would take another file than was named. */
export function checkPath(path: string): string {
  if (!path.includes("\0")) return path;
  throw Object.assign(new TypeError(`The path must be a string without null bytes. Received '${path}'`), {
    code: "ERR_INVALID_ARG_VALUE",
  });
}
