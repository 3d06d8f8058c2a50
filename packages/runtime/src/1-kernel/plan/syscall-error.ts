/** A system call of a plan that failed, as a sentence: what it was for, the call, what the kernel said, what to try. */
import { type ErrorCategory, GlassboxError } from "../../0-base/mod.ts";
import { ERRNO_MEANING, type ErrnoName, errnoName } from "../abi/errno.ts";
import type { Op, Plan } from "./plan.ts";
import { printCall } from "./print.ts";

export interface SyscallFailure {
  /** Name of the program, and index of the op in it. */
  program: string;
  index: number;
  op: Op;
  /** 0 when the call went well but returned something else than `op.expect`. */
  errno: number;
  value: number;
  /** Results of `programs[0]` known by then: what there is to undo. */
  results: Record<string, number>;
}

export class SyscallError extends GlassboxError {
  readonly program: string;
  readonly index: number;
  readonly op: Op;
  /** `EPERM`; undefined when the call did not fail but returned what it must not. */
  readonly errno: ErrnoName | undefined;
  readonly results: Record<string, number>;

  constructor({ program, index, op, errno, value, results }: SyscallFailure) {
    const name = errnoName(errno);
    const hint = hintFor(op, name);
    super(categoryOf(name), sentence(op, errno, value), hint === undefined ? {} : { hint });
    this.program = program;
    this.index = index;
    this.op = op;
    this.errno = name;
    this.results = results;
  }
}

/**
 * The failure that a record names.
 * @throws GlassboxError "internal" when the plan has no such call, so the record cannot be about this plan
 */
export function failureIn(
  plan: Plan,
  record: { program: number; op: number; error: number; value: number },
  results: Record<string, number>,
): SyscallError {
  const program = plan.programs[record.program];
  const op = program?.ops[record.op];
  if (!program || !op) {
    throw new GlassboxError(
      "internal",
      `sysrun reported call ${record.op} of program ${record.program}: there is none`,
    );
  }
  const { error: errno, value } = record;
  return new SyscallError({ program: program.name, index: record.op, op, errno, value, results });
}

function sentence(op: Op, errno: number, value: number): string {
  const purpose = op.why.replace(/[.!]?\s*$/, "").replaceAll("\n", " ");
  const call = printCall(op, { abridged: true });
  const name = errnoName(errno);
  const meaning = name === undefined ? `error ${errno}` : `${name} (${ERRNO_MEANING[name]})`;
  const answer = errno === 0 ? `returned ${value}` : `failed with ${meaning}`;
  const field = op.from === undefined ? "" : `, asked for by config.json field "${op.from}"`;
  return `${purpose === "" ? "" : `${purpose}: `}${call} ${answer}${field}`;
}

const categories: Partial<Record<ErrnoName, ErrorCategory>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "permission denied",
  ENOENT: "not found",
  ESRCH: "not found",
  ENXIO: "not found",
  ENODEV: "not supported",
  ENOSYS: "not supported",
  EOPNOTSUPP: "not supported",
  EEXIST: "already exists",
  EBUSY: "failed precondition",
  ENOTDIR: "failed precondition",
  ENOTEMPTY: "failed precondition",
  ENOMEM: "resource exhausted",
  ENOSPC: "resource exhausted",
  EMFILE: "resource exhausted",
  ENFILE: "resource exhausted",
  EAGAIN: "resource exhausted",
  EINVAL: "invalid argument",
  E2BIG: "invalid argument",
  ENAMETOOLONG: "invalid argument",
  ELOOP: "invalid argument",
  EXDEV: "invalid argument",
};

function categoryOf(name: ErrnoName | undefined): ErrorCategory {
  return (name && categories[name]) ?? "internal";
}

/** Where AppArmor restricts them, one can be made by anybody, and then nothing done in it. */
const NOT_ROOT =
  "Run as root, or ask for a user namespace too; on Ubuntu kernel.apparmor_restrict_unprivileged_userns must be 0 for that";

/** The most telling first: an error of a certain call, then the error anywhere. */
const hints: Record<string, string> = {
  "execve ENOENT":
    "Look inside the root file system: the program, or the loader or shell its first bytes name, is not there",
  "execve EACCES": "Make the program executable, and see that it is a file on a mount without noexec",
  "execve ENOEXEC": "Give it a first line like #!/bin/sh, or a program built for this processor",
  "execve EPERM": "See whether the seccomp filter in the configuration lets execve through",
  "mount EINVAL": "Check the type and options of this mount against man 8 mount",
  "mount ENODEV": "See /proc/filesystems for the file system types this kernel has",
  "mount EPERM": "Run as root; in a user namespace only some file systems can be mounted",
  "mount ENOENT": "Check that the source and the place to mount on exist",
  "pivot_root EINVAL": "The new root has to be a mount point, and it and the mount above it must not be shared",
  "clone3 EPERM": NOT_ROOT,
  "clone3 ENOSPC": "Too many namespaces: see /proc/sys/user/max_*_namespaces and the depth they are nested to",
  "clone3 EAGAIN": "Too many processes: see pids.max of the cgroup and ulimit -u",
  "unshare EPERM": NOT_ROOT,
  "setns EINVAL": "The descriptor is no namespace of that type, or this process cannot join it",
  "capset EPERM":
    "A process cannot take capabilities that it does not have: see CapPrm and CapBnd in /proc/self/status",
  "prlimit64 EPERM": "Only CAP_SYS_RESOURCE can raise a hard limit: ask for no more than ulimit -H shows",
  "openat2 EXDEV": "The path leads out of the directory it has to stay in",
  "openat2 ELOOP": "The path goes through a symbolic link where none is allowed",
  "openat2 ENOSYS": "openat2 came with Linux 5.6: use a newer kernel",
  "write ENOENT":
    "What is written names something that is not there: an AppArmor profile has to be loaded (apparmor_parser -r FILE)",
  "read 0": "The process at the other end of the pipe has gone; its own failure says why",
  EPERM: "Run as root, and check which capabilities this process has",
  EACCES: "Check the permissions of every directory on the path",
  ENOENT: "Check that the path exists, seen from where the container's root is",
  EROFS: "The file system is mounted read-only",
  ENOSYS: "This kernel does not have the call: use a newer one",
  EMFILE: "Raise the limit of open files: ulimit -n",
  ENOSPC: "Look for room with df, and df -i for inodes",
  EBUSY: "Something still uses it: see /proc/*/mountinfo and fuser",
};

function hintFor(op: Op, name: ErrnoName | undefined): string | undefined {
  return hints[`${op.call} ${name ?? 0}`] ?? (name && hints[name]);
}
