/** The part of `known-differences.ts` about agents that answer system calls: the other runtimes were early with these. */
import type { KnownDifference } from "./rig/known-difference.ts";

export const seccompAgentDifferences: readonly KnownDifference[] = [
  {
    runtime: "runc",
    feature: "seccomp-notify",
    rule: "listenerMetadata without listenerPath is refused",
    reason: "1.1 ignores it",
  },
  {
    runtime: "runc",
    feature: "seccomp-notify",
    rule: "SECCOMP_FILTER_FLAG_LOG goes together with an agent",
    reason: "1.1.5 has no seccomp flags: it refuses them all",
  },
  {
    runtime: "runc",
    feature: "seccomp-notify",
    rule: "SECCOMP_FILTER_FLAG_SPEC_ALLOW goes together with an agent",
    reason: "1.1.5 has no seccomp flags: it refuses them all",
  },
  {
    runtime: "runc",
    feature: "seccomp-notify",
    rule: "SECCOMP_FILTER_FLAG_TSYNC goes together with an agent",
    reason: "1.1.5 has no seccomp flags: it refuses them all",
  },
  {
    runtime: "crun",
    feature: "seccomp-notify",
    rule: "the agent is sent the container process state",
    reason: "with no_new_privs it sends the state at start, not at create",
  },
  {
    runtime: "crun",
    feature: "seccomp-notify",
    rule: "a process that exec starts has an agent of its own",
    reason: "1.8.1 sends exec a state that is no JSON",
  },
  {
    runtime: "crun",
    feature: "seccomp-notify",
    rule: "without an agent at listenerPath there is no container",
    reason: "refuses too, in words of its own",
  },
  {
    runtime: "crun",
    feature: "seccomp-notify",
    rule: "SCMP_ACT_NOTIFY without listenerPath is refused",
    reason: "1.8.1 does not check: the calls then fail with ENOSYS",
  },
  {
    runtime: "crun",
    feature: "seccomp-notify",
    rule: "SCMP_ACT_NOTIFY for write is refused",
    reason: "hands the listener over without writing, so it lets the rule stand",
  },
  {
    runtime: "crun",
    feature: "seccomp-notify",
    rule: "listenerMetadata without listenerPath is refused",
    reason: "ignores it",
  },
  {
    runtime: "crun",
    feature: "seccomp-notify",
    rule: "listenerPath is ignored where no rule notifies",
    reason: "connects to it in any case",
  },
  {
    runtime: "crun",
    feature: "seccomp-notify",
    rule: "SECCOMP_FILTER_FLAG_TSYNC goes together with an agent",
    reason: "does not ask for TSYNC_ESRCH, without which the kernel refuses the two",
  },
];
