/** The part of `known-differences.ts` on starting a program: `run`, `exec`, and who learns how it ended. */
import type { KnownDifference } from "./rig/known-difference.ts";

export const programDifferences: readonly KnownDifference[] = [
  {
    runtime: "crun",
    feature: "exec",
    rule: "--env adds to the container's environment",
    reason: "--env replaces the container's environment",
  },
  {
    runtime: "crun",
    feature: "exec",
    rule: "without flags the process has the container's capabilities and no_new_privs",
    reason: "1.8.1 leaves noNewPrivileges out of exec",
  },
  {
    runtime: "crun",
    feature: "exec",
    rule: "--cap adds to bounding, permitted and effective, not to inheritable",
    reason: "--cap replaces the container's set",
  },
  {
    runtime: "crun",
    feature: "exec",
    rule: "the container's rlimits hold",
    reason: "1.8.1 leaves rlimits out of exec",
  },
  {
    runtime: "crun",
    feature: "run",
    rule: "--keep keeps state and cgroup of an ended container",
    reason: "1.8.1 does not know the flag",
  },
  {
    runtime: "crun",
    feature: "subreaper",
    rule: "how a detached container ended is its caller's to learn, when it ended at once",
    reason: "leaves a process of its own behind as well, which may be collected first",
    sometimes: true,
  },
  {
    runtime: "crun",
    feature: "exec",
    rule: "-g, given twice, are the supplementary groups",
    reason: "1.8.1 does not put the groups on the process",
  },
  {
    runtime: "runc",
    feature: "exec",
    rule: "--detach of a file that the kernel does not execute is refused",
    reason: "returns before execve, which may then fail unheard",
    sometimes: true,
  },
  {
    runtime: "runc",
    feature: "run",
    rule: "--detach of a file that the kernel does not execute is refused",
    reason: "returns before execve, which may then fail unheard",
    sometimes: true,
  },
  {
    runtime: "crun",
    feature: "exec",
    rule: "--detach of a file that the kernel does not execute is refused",
    reason: "returns before execve, which may then fail unheard",
    sometimes: true,
  },
  {
    runtime: "crun",
    feature: "run",
    rule: "--detach of a file that the kernel does not execute is refused",
    reason: "returns before execve, which may then fail unheard",
    sometimes: true,
  },
];
