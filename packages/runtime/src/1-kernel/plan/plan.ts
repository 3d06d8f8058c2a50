/**
 * A plan: system calls as data. The planner (`2-oci`) makes one from a bundle without touching the kernel; `sysrun`
 * performs it; `print.ts` writes it as text and `parse.ts` reads that; `encode.ts` turns it into the block that `sysrun` reads.
 * This is the noun all of layers 1 and 2 share: read it first, then the constructors in `../syscalls`.
 */
import type { ErrnoName } from "../abi/errno.ts";
import type { StructName } from "./struct.ts";

/** `programs[0]` runs in sysrun itself; the others in processes that a `clone3` op of an earlier program makes. */
export interface Plan {
  programs: Program[];
}

/** What one process does, from its first call to `execve` or `exit_group`; without either it ends with code 0. */
export interface Program {
  name: string;
  ops: Op[];
}

export interface Op {
  /**
   * The system call by its man-page name: `mount`, `openat2`, `pivot_root`, `clone3`, `seccomp`, `execve`. Three words
   * are sysrun's own: `tell` sends every result so far to whoever performs the plan; `relay` stands between two terminals;
   * `outlive` waits until nobody listens, and has sysrun end as a process did whose status word it is given.
   */
  call: string;
  args: Arg[];
  /** One plain sentence a learner reads: why a container needs this call. */
  why: string;
  /** JSON pointer of the `config.json` field that asked for it: `/linux/namespaces/2`. */
  from?: string;
  /** Errors that are fine here: EEXIST on a `mkdirat` that only makes sure. */
  allow?: ErrnoName[];
  /**
   * What the call has to return: anything else ends the plan. A `read` that must bring one byte has 1 here, because 0
   * means that whoever should have written is gone.
   */
  expect?: number;
  /** Name under which later ops (of this program, or of programs cloned after it) use this op's result. */
  result?: string;
}

/**
 * What a call is given.
 * - `number`: as it is; `text` keeps how a person writes it (`MS_BIND|MS_REC`)
 * - `string`: pointer to a NUL-terminated string
 * - `bytes`: pointer to these bytes; `text` says what they are (`"57 BPF instructions"`)
 * - `strings`: pointer to a NULL-terminated array of strings (argv, envp)
 * - `struct`: pointer to one of the structs of `struct.ts`; fields not named are 0
 * - `result`: the value an earlier op returned, a descriptor most often
 * - `template`: a string in which `{name}` is an earlier result in decimal, as in `/proc/self/fd/{root}`
 * - `length`: how many bytes the string or template in `args[of]` has, without its NUL
 * - `out`: pointer to 32-bit integers the call fills in, each of them a result from then on (pipe2, wait4, pidfd)
 * - `program`: the program a `clone3` child runs; not passed to the kernel
 * - `null`: a null pointer
 */
export type Arg =
  | NumberArg
  | { kind: "string"; value: string }
  | BytesArg
  | { kind: "strings"; value: string[] }
  | StructArg
  | ResultArg
  | TemplateArg
  | { kind: "length"; of: number }
  | { kind: "out"; names: string[] }
  | { kind: "program"; name: string }
  | { kind: "null" };

/** A `bigint` only where a `number` would lose bits: above 2^53. */
export type NumberArg = { kind: "number"; value: number | bigint; text?: string };
export type BytesArg = { kind: "bytes"; value: Uint8Array; text?: string };
export type ResultArg = { kind: "result"; of: string };
export type TemplateArg = { kind: "template"; value: string };
/** A number stands in its field as it is, and so does a result; every other kind as the address of what it describes. */
export type StructArg = { kind: "struct"; type: StructName; fields: Record<string, Arg> };
