/**
 * A seccomp profile in the shape of the runtime-spec's `linux.seccomp`: for each system call, what the kernel does when
 * a process in the container makes it. `compile.ts` turns it into the small program that the kernel runs each time.
 */

export interface SeccompProfile {
  defaultAction: string;
  defaultErrnoRet?: number;
  architectures?: string[];
  flags?: string[];
  listenerPath?: string;
  listenerMetadata?: string;
  syscalls?: SeccompRule[];
}

export interface SeccompRule {
  names: string[];
  action: string;
  errnoRet?: number;
  args?: SeccompArgument[];
}

export interface SeccompArgument {
  /** Which argument of the call, 0 to 5. */
  index: number;
  /** For SCMP_CMP_MASKED_EQ this is the mask and `valueTwo` what the masked argument must be. */
  value: number | bigint;
  valueTwo?: number | bigint;
  op: string;
}
