/** Kernel key rings (man 7 keyrings): a container gets a session ring of its own, or it could read its starter's keys. */
import { flags } from "../plan/constants.ts";
import type { Op } from "../plan/plan.ts";
import { type About, number, op, path, type Value } from "./op.ts";

/** Join the session key ring `name`, making it when it does not exist. */
export function joinSessionKeyring(call: { name: string }, about: About): Op {
  return op("keyctl", [flags(["KEYCTL_JOIN_SESSION_KEYRING"]), path(call.name)], about);
}

/** Who may do what with a key or key ring: six bits each for who possesses it, its user, its group and others. */
export function setKeyPermissions(call: { key: Value; permissions: number }, about: About): Op {
  const permissions = { kind: "number" as const, value: call.permissions, text: `0x${call.permissions.toString(16)}` };
  return op("keyctl", [flags(["KEYCTL_SETPERM"]), number(call.key), permissions], about);
}
