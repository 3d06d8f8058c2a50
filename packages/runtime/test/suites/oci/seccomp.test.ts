/** `linux.seccomp`: what happens to a system call that a rule names, and to one that none does. */
import assert from "node:assert/strict";
import type { Change, Seccomp, SeccompRule } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "Seccomp"';

const filter =
  (seccomp: Partial<Seccomp>): Change =>
  (configuration) => {
    configuration.root.readonly = false;
    configuration.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"], ...seccomp };
  };

/** Rules against making a directory; busybox calls mkdir(2). */
const againstMkdir = (action: string, more: Partial<SeccompRule> = {}): Change =>
  filter({ syscalls: [{ names: ["mkdir", "mkdirat"], action, ...more }] });

rule("SCMP_ACT_ERRNO makes the call fail with EPERM", `${source}: "default value is EPERM"`, (box) => {
  const { stderr, code } = box.run("mkdir /tmp/x", againstMkdir("SCMP_ACT_ERRNO"));
  assert.equal(code, 1);
  assert.match(stderr, /Operation not permitted/);
});

for (const [errnoRet, text] of [
  [13, /Permission denied/],
  [28, /No space left on device/],
  [38, /Function not implemented/],
] as const) {
  rule(`errnoRet ${errnoRet} is the error of the call`, `${source}, errnoRet`, (box) => {
    const { stderr } = box.run("mkdir /tmp/x", againstMkdir("SCMP_ACT_ERRNO", { errnoRet }));
    assert.match(stderr, text);
  });
}

rule("errnoRet 0 makes the call succeed without doing anything", `${source}, errnoRet; man 2 seccomp`, (box) => {
  assert.equal(
    box.output("mkdir /tmp/x && echo done; ls /tmp", againstMkdir("SCMP_ACT_ERRNO", { errnoRet: 0 })),
    "done\n",
  );
});

for (const action of ["SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP"]) {
  rule(`${action} ends the process with SIGSYS`, "man 2 seccomp, Filter return values", (box) => {
    assert.equal(box.output("mkdir /tmp/x; echo $?", againstMkdir(action)), `${128 + 31}\n`);
  });
}

for (const action of ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG"]) {
  rule(`${action} lets the call through`, "man 2 seccomp, Filter return values", (box) => {
    assert.equal(box.output("mkdir /tmp/x && ls /tmp", againstMkdir(action)), "x\n");
  });
}

rule("SCMP_ACT_TRACE without a tracer makes the call fail with ENOSYS", "man 2 seccomp, SECCOMP_RET_TRACE", (box) => {
  const { stderr } = box.run("mkdir /tmp/x", againstMkdir("SCMP_ACT_TRACE"));
  assert.match(stderr, /Function not implemented/);
});

rule("a call that no rule names gets defaultAction", `${source}, defaultAction`, (box) => {
  const everything = filter({
    defaultAction: "SCMP_ACT_ERRNO",
    syscalls: [{ names: allButMkdir, action: "SCMP_ACT_ALLOW" }],
  });
  const { stdout, stderr } = box.run("echo started; mkdir /tmp/x", everything);
  assert.equal(stdout, "started\n");
  assert.match(stderr, /Operation not permitted/);
});

rule("defaultErrnoRet is the error of defaultAction", `${source}, defaultErrnoRet`, (box) => {
  const everything = filter({
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 13,
    syscalls: [{ names: allButMkdir, action: "SCMP_ACT_ALLOW" }],
  });
  assert.match(box.run("mkdir /tmp/x", everything).stderr, /Permission denied/);
});

/** What busybox's shell and echo need on x86-64, found with strace. */
const allButMkdir = [
  "access arch_prctl brk capget capset chdir chmod clone clone3 close close_range dup dup2 dup3 epoll_create1 epoll_ctl",
  "epoll_pwait eventfd2 execve execveat exit exit_group faccessat2 fadvise64 fcntl fstat fstatfs fsync futex getcwd getdents64",
  "getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getrandom getrlimit getsid gettid getuid ioctl kill lseek lstat",
  "madvise mmap mprotect mremap munmap nanosleep newfstatat open openat openat2 pause pipe pipe2 ppoll prctl pread64 prlimit64",
  "read readlink readlinkat recvmsg restart_syscall rseq rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend",
  "sched_getaffinity sched_yield sendmsg set_robust_list set_tid_address setgid setgroups sethostname setpgid setresgid",
  "setresuid setsid setuid sigaltstack socket stat statfs statx sysinfo tgkill umask uname unlinkat vfork wait4 write writev",
]
  .join(" ")
  .split(" ");

/** kill(pid, signal) with harmless signals: 17 SIGCHLD, 23 SIGURG, 28 SIGWINCH. The value compared is 23. */
const operators = [
  ["SCMP_CMP_EQ", "23"],
  ["SCMP_CMP_NE", "17 28"],
  ["SCMP_CMP_LT", "17"],
  ["SCMP_CMP_LE", "17 23"],
  ["SCMP_CMP_GT", "28"],
  ["SCMP_CMP_GE", "23 28"],
] as const;

const tryEach = 'refused=; for s in 17 23 28; do kill -$s $$ 2>/dev/null || refused="$refused $s"; done; echo $refused';

const onSignal = (op: string, value: number, valueTwo?: number): Change =>
  filter({
    syscalls: [
      {
        names: ["kill"],
        action: "SCMP_ACT_ERRNO",
        args: [{ index: 1, value, op, ...(valueTwo !== undefined && { valueTwo }) }],
      },
    ],
  });

for (const [op, expected] of operators) {
  rule(`${op} compares the argument with value`, `${source}, args`, (box) => {
    assert.equal(box.output(tryEach, onSignal(op, 23)), `${expected}\n`);
  });
}

rule(
  "SCMP_CMP_MASKED_EQ compares the bits of value with valueTwo",
  `${source}, args; man 3 seccomp_rule_add`,
  (box) => {
    // 17 is 10001, 23 is 10111, 28 is 11100 in binary: bit 3 is set in 28 alone.
    assert.equal(box.output(tryEach, onSignal("SCMP_CMP_MASKED_EQ", 8, 8)), "28\n");
  },
);

rule("several arguments have to match together", `${source}, args`, (box) => {
  const seen = box.output(
    tryEach,
    filter({
      syscalls: [
        {
          names: ["kill"],
          action: "SCMP_ACT_ERRNO",
          args: [
            { index: 0, value: 999_999, op: "SCMP_CMP_EQ" },
            { index: 1, value: 23, op: "SCMP_CMP_EQ" },
          ],
        },
      ],
    }),
  );
  assert.equal(seen, "\n");
});

rule("two rules for one call each count", source, (box) => {
  const on = (value: number): SeccompRule => ({
    names: ["kill"],
    action: "SCMP_ACT_ERRNO",
    args: [{ index: 1, value, op: "SCMP_CMP_EQ" }],
  });
  assert.equal(box.output(tryEach, filter({ syscalls: [on(17), on(28)] })), "17 28\n");
});

rule(
  "the name of a call this architecture does not have is left out",
  "runc, libcontainer/seccomp: unknown names are skipped",
  (box) => {
    const seen = box.output(
      "echo started",
      filter({ syscalls: [{ names: ["no_such_call"], action: "SCMP_ACT_ERRNO" }] }),
    );
    assert.equal(seen, "started\n");
  },
);

for (const [what, seccomp] of [
  ["action", { syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_SHRUG" }] }],
  ["default action", { defaultAction: "SCMP_ACT_SHRUG" }],
  [
    "operator",
    { syscalls: [{ names: ["kill"], action: "SCMP_ACT_ERRNO", args: [{ index: 1, value: 1, op: "SCMP_CMP_ISH" }] }] },
  ],
  ["architecture", { architectures: ["SCMP_ARCH_ABACUS"] }],
] as const) {
  rule(`an unknown ${what} is refused`, 'config.md "Valid values"', (box) => {
    box.rejects(filter(seccomp as unknown as Partial<Seccomp>));
  });
}

for (const [noNewPrivileges, user] of [
  [true, 0],
  [false, 0],
  [true, 1000],
  [false, 1000],
] as const) {
  rule(
    `the filter is on with noNewPrivileges ${noNewPrivileges} as user ${user}`,
    "man 2 seccomp: needs no_new_privs or CAP_SYS_ADMIN",
    (box) => {
      const seen = box.output(
        "grep -E '^Seccomp:' /proc/self/status; mkdir /tmp/x 2>/dev/null || echo refused",
        (configuration) => {
          againstMkdir("SCMP_ACT_ERRNO")(configuration);
          configuration.process.noNewPrivileges = noNewPrivileges;
          configuration.process.user = { uid: user, gid: user };
        },
      );
      assert.equal(seen, "Seccomp:\t2\nrefused\n");
    },
  );
}

rule("without seccomp there is no filter", source, (box) => {
  assert.equal(box.output("grep -E '^Seccomp:' /proc/self/status"), "Seccomp:\t0\n");
});
