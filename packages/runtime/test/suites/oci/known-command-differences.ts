/** The part of `known-differences.ts` on commands that look at a running container or change it. */
import { everyRule, type KnownDifference } from "./rig/known-difference.ts";

export const commandDifferences: readonly KnownDifference[] = [
  { runtime: "crun", feature: "events", rule: everyRule, reason: "1.8.1 has no such command" },
  { runtime: "crun", feature: "features", rule: everyRule, reason: "1.8.1 has no such command" },
  { runtime: "crun", feature: "checkpoint", rule: everyRule, reason: "Debian builds it without criu" },
  { runtime: "runc", feature: "pidfd-socket", rule: everyRule, reason: "1.1 does not know the flag" },
  { runtime: "crun", feature: "pidfd-socket", rule: everyRule, reason: "does not know the flag" },
  ...[
    "a process that exec adds has the container's, not its caller's",
    "what the program keeps in its session key ring is there for exec as well",
  ].map(
    (rule): KnownDifference => ({
      runtime: "crun",
      feature: "key-rings",
      rule,
      reason: "exec leaves the process in its caller's",
    }),
  ),
  {
    runtime: "runc",
    feature: "events",
    rule: "it ends when the container does",
    reason: "goes on until the container is deleted",
  },
  ...[
    "pause stops a running program where it is",
    "a process that exec added stands still too",
    "the kernel says that the group is frozen",
  ].map(
    (rule): KnownDifference => ({
      runtime: "crun",
      feature: "pause",
      rule,
      reason: "does not wait until v1's freezer has frozen all, which it mostly has by then",
      sometimes: true,
    }),
  ),
  {
    runtime: "crun",
    feature: "pause",
    rule: "pausing twice is refused",
    reason: "writes the freezer's state whatever it is",
  },
  {
    runtime: "crun",
    feature: "pause",
    rule: "resuming what is not paused is refused",
    reason: "writes the freezer's state whatever it is",
  },
  {
    runtime: "crun",
    feature: "pause",
    rule: "SIGKILL ends a paused container",
    reason: "does not thaw on v1, so the signal waits",
  },
  ...[
    "the table begins with the host's header",
    "the table has the container's processes and no others",
    "further arguments go to the host's ps",
  ].map(
    (rule): KnownDifference => ({
      runtime: "crun",
      feature: "ps",
      rule,
      reason: "prints pids alone and calls no ps",
    }),
  ),
  {
    runtime: "crun",
    feature: "ps",
    rule: "a container that has stopped has none",
    reason: "1.8.1 ends with a segmentation fault",
  },
  {
    runtime: "crun",
    feature: "update",
    rule: "--memory 64M holds from now on",
    reason: "makes JSON of the flag's text and takes only digits",
  },
  {
    runtime: "crun",
    feature: "update",
    rule: "--pids-limit -1 holds from now on",
    reason: 'writes -1 to a file that wants "max"',
  },
  {
    runtime: "crun",
    feature: "update",
    rule: "device rules in --resources take nothing from a running container",
    reason: "forbids everything and allows it again, which the container may meet or not",
    sometimes: true,
  },
  {
    runtime: "crun",
    feature: "update",
    rule: "a container that has stopped is refused",
    reason: "writes to the cgroup that is left",
  },
  {
    runtime: "crun",
    feature: "update",
    rule: "a limit that is no number in --resources is refused and nothing is changed",
    reason: "leaves out what it cannot read",
  },
  ...["--l3-cache-schema", "--mem-bw-schema"].map(
    (flag): KnownDifference => ({
      runtime: "crun",
      feature: "update",
      rule: `${flag} is refused where the machine has no Intel RDT`,
      reason: "1.8.1 does not know the flag",
    }),
  ),
  {
    runtime: "crun",
    feature: "update",
    rule: "--blkio-weight is the group's share of a disk",
    reason: "looks for blkio.weight, which the kernel calls blkio.bfq.weight since 5.0",
  },
  {
    runtime: "runc",
    feature: "checkpoint",
    rule: "a terminal that is restored in the foreground is shown there",
    reason: "needs a terminal of its own, /dev/tty, where others pass on what comes",
  },
  {
    runtime: "runc",
    feature: "exec",
    rule: "the container's rlimits hold",
    reason:
      "Go raises the soft limit of open files in the process it becomes, now before and now after it is set (runc#4195)",
    sometimes: true,
  },
  {
    runtime: "crun",
    feature: "exec",
    rule: "a command line that is wrong makes exec exit with 1",
    reason: "its reader of arguments ends with 64",
  },
];
