/**
 * Where an implementation breaks a rule of this suite, and why. A row has to fail: when the rule passes, the row is
 * stale and the suite says so. `rule` is the sentence in the feature's file, letter by letter.
 */
import type { RuntimeName } from "./rig/runtime.ts";

export interface KnownDifference {
  runtime: RuntimeName;
  /** File name without `.test.ts`. */
  feature: string;
  rule: string;
  reason: string;
  /** Set when it is a race that either side may win: then neither outcome is an error. */
  sometimes?: true;
  /** Set when breaking the rule harms the machine: then the rule is skipped aloud instead of run. */
  dangerous?: true;
}

/** How a known difference is marked in the name of its test, for the table at the end of `run.ts`. */
export const knownMark = " [known difference: ";

export const knownDifferences: readonly KnownDifference[] = [
  {
    runtime: "runc",
    feature: "cgroups",
    rule: "a cgroup with others in it is refused, for they would end with the container",
    reason: "1.1 warns; 1.2 refuses",
  },
  {
    runtime: "crun",
    feature: "cgroups",
    rule: "a cgroup with others in it is refused, for they would end with the container",
    reason: "puts both into the group",
  },
  {
    runtime: "runc",
    feature: "capabilities",
    rule: "an unknown capability is refused",
    reason: "warns and goes on since 1.1, so that new names work on old kernels",
  },
  {
    runtime: "glassrun",
    feature: "mounts",
    rule: "tmpcopyup fills a tmpfs with what it covers",
    reason: "warns: copying a tree is not a list of calls, and is not done yet",
  },
  {
    runtime: "runc",
    feature: "hostname",
    rule: "domainname is what processes inside see",
    reason: "does not know the field, which came with runtime-spec 1.1",
  },
  {
    runtime: "runc",
    feature: "namespaces",
    rule: "a time namespace without a path is a new one",
    reason: "1.1 has no time namespaces",
  },
  {
    runtime: "runc",
    feature: "namespaces",
    rule: "a new time namespace has the offsets asked for",
    reason: "1.1 has no time namespaces",
  },
  {
    runtime: "runc",
    feature: "root",
    rule: 'rootfsPropagation "shared" is the root mount\'s',
    reason: "1.1 does not apply it again after pivot_root",
  },
  {
    runtime: "runc",
    feature: "root",
    rule: 'rootfsPropagation "unbindable" is the root mount\'s',
    reason: "makes every mount unbindable before it binds the root, which then fails",
  },
  {
    runtime: "glassrun",
    feature: "capabilities",
    rule: "an unknown capability is refused",
    reason: "warns and goes on, as runc does since 1.1, so that new names work on old kernels",
  },
  {
    runtime: "crun",
    feature: "capabilities",
    rule: "an unknown capability is refused",
    reason: "leaves unknown names out",
  },
  {
    runtime: "crun",
    feature: "masked-paths",
    rule: "a read-only path keeps the flags its mount had",
    reason: "its remount names only MS_RDONLY",
  },
  {
    runtime: "crun",
    feature: "namespaces",
    rule: "a time namespace without a path is a new one",
    reason: "1.8.1 sends SIGKILL to process 2 of the machine: it takes a pid of the container's namespace for its own",
    dangerous: true,
  },
  {
    runtime: "crun",
    feature: "namespaces",
    rule: "a new time namespace has the offsets asked for",
    reason: "1.8.1 sends SIGKILL to process 2 of the machine",
    dangerous: true,
  },
  {
    runtime: "crun",
    feature: "namespaces",
    rule: "the same type twice is refused",
    reason: "does not look for duplicates",
  },
  {
    runtime: "crun",
    feature: "root",
    rule: "an unknown rootfsPropagation is refused",
    reason: "takes an unknown value for none",
  },
  {
    runtime: "runc",
    feature: "process",
    rule: "personality LINUX32 shows a 32-bit machine",
    reason: "1.1 does not know the field",
  },
  {
    runtime: "crun",
    feature: "mounts",
    rule: "a later option takes an earlier one back",
    reason: "sets every flag that any option asks for",
  },
  { runtime: "crun", feature: "process", rule: "a relative cwd is refused", reason: "takes it from the root" },
  {
    runtime: "crun",
    feature: "process",
    rule: "a directory is refused with the words that callers look for",
    reason: 'says "Operation not permitted"',
  },
  {
    runtime: "crun",
    feature: "mounts",
    rule: '"shared" is the mount\'s propagation',
    reason: "makes the whole tree private after the mounts",
  },
  {
    runtime: "crun",
    feature: "mounts",
    rule: '"rshared" is the mount\'s propagation',
    reason: "makes the whole tree private after the mounts",
  },
  {
    runtime: "crun",
    feature: "mounts",
    rule: '"unbindable" is the mount\'s propagation',
    reason: "makes the whole tree private after the mounts",
  },
  {
    runtime: "crun",
    feature: "mounts",
    rule: '"runbindable" is the mount\'s propagation',
    reason: "makes the whole tree private after the mounts",
  },
  {
    runtime: "runc",
    feature: "devices",
    rule: "a file already there that is no such device is refused",
    reason: "takes any file at the path for the device",
  },
  {
    runtime: "crun",
    feature: "devices",
    rule: "a file already there that is no such device is refused",
    reason: "takes any file at the path for the device",
  },
  {
    runtime: "crun",
    feature: "devices",
    rule: "an unknown type is refused",
    reason: "takes an unknown type for a character device",
  },
  {
    runtime: "crun",
    feature: "cgroups-cpu",
    rule: "quota -1 is no limit",
    reason: "writes -1 as an unsigned number to v1's file",
  },
  {
    runtime: "crun",
    feature: "cgroups-pids",
    rule: "limit -1 is max in pids.max",
    reason: 'writes -1 to v1\'s file, which wants "max"',
  },
  {
    runtime: "crun",
    feature: "process",
    rule: "LISTEN_FDS passes that many descriptors and tells the program",
    reason: "passes the descriptors and LISTEN_PID, but not LISTEN_FDS",
  },
  {
    runtime: "crun",
    feature: "cgroups-cpu",
    rule: "a CPU the machine does not have is refused",
    reason: "leaves the cgroups it made when writing a limit fails",
  },
  {
    runtime: "crun",
    feature: "cgroups-cpu",
    rule: "a quota below the kernel's millisecond is refused",
    reason: "leaves the cgroups it made when writing a limit fails",
  },
  {
    runtime: "crun",
    feature: "cgroups-memory",
    rule: "a swap limit below the memory limit is refused",
    reason: "leaves the cgroups it made when writing a limit fails",
  },
  {
    runtime: "crun",
    feature: "cgroups",
    rule: "unified without v2 is refused",
    reason: "leaves the cgroups it made when it finds no v2",
  },
  {
    runtime: "crun",
    feature: "cgroups",
    rule: "a controller that does not exist is refused in unified",
    reason: "leaves the cgroups it made when it finds no such file",
  },
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
    feature: "lifecycle",
    rule: 'the id "a ID" is refused',
    reason: "refuses a slash inside an id and nothing else",
  },
  {
    runtime: "crun",
    feature: "lifecycle",
    rule: 'the id "/ID" is refused',
    reason: "refuses a slash inside an id and nothing else",
  },
  {
    runtime: "crun",
    feature: "hooks",
    rule: "the moments come in the lifecycle's order, the program between startContainer and poststop",
    reason: "runs poststart while the container's process still runs startContainer, so either may come first",
    sometimes: true,
  },
  {
    runtime: "runc",
    feature: "hooks",
    rule: "the moments come in the lifecycle's order, the program between startContainer and poststop",
    reason: "1.1 runs poststart in create, before the program",
  },
  {
    runtime: "runc",
    feature: "hooks",
    rule: 'poststart gets the state "running" on standard input',
    reason: "1.1 runs poststart in create, before the program",
  },
  {
    runtime: "runc",
    feature: "hooks",
    rule: "a poststop hook that fails does not stop delete",
    reason: "1.1 leaves out the hooks after the failed one",
  },
  {
    runtime: "runc",
    feature: "kill",
    rule: "delete of a created container is refused",
    reason:
      "a caller that gave up after create deletes at once: runc kills such a container and removes it, and so do its followers",
  },
  {
    runtime: "crun",
    feature: "kill",
    rule: "delete of a created container is refused",
    reason:
      "a caller that gave up after create deletes at once: runc kills such a container and removes it, and so do its followers",
  },
  {
    runtime: "glassrun",
    feature: "kill",
    rule: "delete of a created container is refused",
    reason:
      "a caller that gave up after create deletes at once: runc kills such a container and removes it, and so do its followers",
  },
  {
    runtime: "crun",
    feature: "hooks",
    rule: 'startContainer gets the state "created" on standard input',
    reason: 'says "starting", and "/" for the bundle',
  },
  {
    runtime: "crun",
    feature: "kill",
    rule: "the signal may be written usr2",
    reason: "takes a lower-case name without an error and sends nothing",
  },
  {
    runtime: "crun",
    feature: "run",
    rule: "--keep keeps state and cgroup of an ended container",
    reason: "1.8.1 does not know the flag",
  },
  {
    runtime: "crun",
    feature: "state",
    rule: "state has rootfs, created and owner too",
    reason: "rootfs is as the configuration has it, relative",
  },
  {
    runtime: "crun",
    feature: "state",
    rule: "list begins with runc's header",
    reason: "the columns are NAME PID STATUS BUNDLE PATH CREATED OWNER",
  },
  {
    runtime: "runc",
    feature: "configuration",
    rule: "a minimal configuration runs",
    reason: "reads /proc of the container to close its descriptors",
  },
  { runtime: "crun", feature: "configuration", rule: "a minimal configuration runs", reason: "wants a list of mounts" },
  { runtime: "runc", feature: "configuration", rule: "ociVersion missing is refused", reason: "does not look at it" },
  {
    runtime: "crun",
    feature: "configuration",
    rule: "hostname that is a number is refused",
    reason: "takes a number for a string",
  },
  {
    runtime: "crun",
    feature: "log",
    rule: "--debug adds messages of level debug",
    reason: "1.8.1 has nothing to say at that level",
  },
  { runtime: "crun", feature: "log", rule: "-h names the commands", reason: "knows --help alone" },
  {
    runtime: "crun",
    feature: "pid-file",
    rule: "a relative path is relative to the caller",
    reason: "changes to the bundle first",
  },
  {
    runtime: "crun",
    feature: "spec",
    rule: "--rootless has a user namespace, maps and no network namespace of its own",
    reason: "keeps the network namespace",
  },
  {
    runtime: "crun",
    feature: "console",
    rule: "--console-socket without a terminal is refused",
    reason: "ignores the socket",
  },
  {
    runtime: "crun",
    feature: "exec",
    rule: "-g, given twice, are the supplementary groups",
    reason: "1.8.1 does not put the groups on the process",
  },
];
