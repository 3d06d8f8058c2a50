/** Leaving and joining namespaces (man 7 namespaces). New ones for a new process are asked for in `clone3`. */
import { type ConstantsOf, flags } from "../plan/constants.ts";
import type { Op } from "../plan/plan.ts";
import { type About, type Descriptor, number, op } from "./op.ts";

export type NamespaceFlag = ConstantsOf<"CLONE_NEW">;

/** Give this process new namespaces. CLONE_NEWPID and CLONE_NEWTIME take effect in children only. */
export function unshare(call: { flags: readonly (NamespaceFlag | "CLONE_FS" | "CLONE_FILES")[] }, about: About): Op {
  return op("unshare", [flags(call.flags)], about);
}

/** Join the namespace `fd` is open on, or with a pidfd those of that process. `type` guards against the wrong one. */
export function setns(call: { fd: Descriptor; type: readonly NamespaceFlag[] }, about: About): Op {
  return op("setns", [number(call.fd), flags(call.type)], about);
}
