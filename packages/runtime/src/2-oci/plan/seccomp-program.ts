/** From a seccomp profile to what the plan hands the kernel. Apart from the planner, since it is kept from run to run. */
import { compileSeccomp, encodeInstructions, type SeccompProfile } from "../../1-kernel/mod.ts";

export interface SeccompProgram {
  /** An array of `struct sock_filter`. */
  filter: Uint8Array;
  /** For `seccomp(SECCOMP_SET_MODE_FILTER, flags, ...)`. */
  flags: number;
  /** Some call is to wait for an agent's answer (SCMP_ACT_NOTIFY). */
  notifies: boolean;
}

/** Pure. @throws GlassboxError for a profile that cannot be compiled */
export function seccompProgram(profile: SeccompProfile, native: "x86_64" | "aarch64"): SeccompProgram {
  const { instructions, flags, notifies } = compileSeccomp(profile, native);
  return { filter: encodeInstructions(instructions), flags, notifies };
}
