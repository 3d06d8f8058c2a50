/**
 * A plan: system calls as data. The planner (`2-oci`) makes one from a bundle without touching the kernel; `sysrun`
 * performs it; `text.ts` prints and parses it; `encode.ts` turns it into the block that `sysrun` reads.
 * This is the noun all of layers 1 and 2 share: read it first.
 */
import type { ErrnoName } from "../abi/errno.ts";

/** `programs[0]` runs in sysrun itself; the others in processes that a `clone3` op of an earlier program makes. */
export interface Plan {
  programs: Program[];
}

/** What one process does, from its first call to `execve` or `exit_group`. */
export interface Program {
  name: string;
  ops: Op[];
}

export interface Op {
  /** The system call by its man-page name: `mount`, `openat2`, `pivot_root`, `clone3`, `seccomp`, `execve`. */
  call: string;
  args: Arg[];
  /** One plain sentence a learner reads: why a container needs this call. */
  why: string;
  /** JSON pointer of the `config.json` field that asked for it: `/linux/namespaces/2`. */
  from?: string;
  /** Errors that are fine here: EEXIST on a `mkdirat` that only makes sure. */
  allow?: ErrnoName[];
  /** Name under which later ops (of this program, or of programs cloned after it) use this op's result. */
  result?: string;
}

/**
 * What a call is given.
 * - `number` or `bigint`: as it is; `text` keeps how a person writes it (`MS_BIND|MS_REC`)
 * - `string`: pointer to a NUL-terminated string
 * - `bytes`: pointer to these bytes; `pointers` are patched in before the call (sock_fprog, msghdr, iovec)
 * - `strings`: pointer to a NULL-terminated array of strings (argv, envp)
 * - `result`: the value an earlier op returned, a descriptor most often
 * - `template`: a string in which `{name}` is an earlier result in decimal, as in `/proc/self/fd/{root}`
 * - `program`: the program a `clone3` child runs
 * - `null`: a null pointer
 */
export type Arg =
  | { kind: "number"; value: number | bigint; text?: string }
  | { kind: "string"; value: string }
  | { kind: "bytes"; value: Uint8Array; text?: string; pointers?: BytesPointer[] }
  | { kind: "strings"; value: string[] }
  | { kind: "result"; of: string }
  | { kind: "template"; value: string }
  | { kind: "program"; name: string }
  | { kind: "null" };

/** At `offset` of the surrounding bytes stands the address (8 bytes) or, for a result, the 4-byte value of `to`. */
export interface BytesPointer {
  offset: number;
  to: Arg;
}
