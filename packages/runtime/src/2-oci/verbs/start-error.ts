/** Why a process could not be started, in the words that callers of OCI runtimes look for. */
import type { GlassboxError } from "../../0-base/mod.ts";
import { SyscallError } from "../../1-kernel/mod.ts";
import { AGENT_FIELD } from "../plan/seccomp-agent.ts";

export function startErrorText(thrown: GlassboxError): string {
  const { message } = thrown;
  if (thrown instanceof SyscallError && thrown.op.from === AGENT_FIELD)
    return `failed to connect with seccomp agent specified in the seccomp profile: ${message}`;
  return message;
}
