/** Kernel key rings (man 7 keyrings): a container gets a session ring of its own, or it could read its starter's keys. */
import { flags } from "../plan/constants.ts";
import type { Op } from "../plan/plan.ts";
import { type About, op, path } from "./op.ts";

/** Join the session key ring `name`, making it when it does not exist. */
export function joinSessionKeyring(call: { name: string }, about: About): Op {
  return op("keyctl", [flags(["KEYCTL_JOIN_SESSION_KEYRING"]), path(call.name)], about);
}
