/**
 * Which of the kernel's numbers are wanted, by header: flags and other constants, structs, system calls by architecture.
 * `../kernel-abi.mjs` looks them up and writes them down.
 */

/** One table a file: which macros of which headers. `skip` names what matches by accident. */
export const tables = [
  {
    file: "mount.ts",
    name: "MOUNT",
    about: "Flags of mount(2), umount2(2), open_tree(2), move_mount(2) and mount_setattr(2).",
    headers: ["linux/mount.h", "linux/fcntl.h"],
    extra: "#define MNT_FORCE 1\n#define MNT_DETACH 2\n#define MNT_EXPIRE 4\n#define UMOUNT_NOFOLLOW 8\n",
    match: /^(MS_|MNT_|UMOUNT_|MOUNT_ATTR_|OPEN_TREE_|MOVE_MOUNT_)/,
    skip: /^(MS_MGC_|MOUNT_ATTR_SIZE|MS_RMT_MASK|MOVE_MOUNT__MASK)/,
  },
  {
    file: "clone.ts",
    name: "CLONE",
    about: "Flags of clone3(2), unshare(2) and setns(2).",
    headers: ["linux/sched.h"],
    match: /^CLONE_/,
    skip: /^CLONE_ARGS_/,
  },
  {
    file: "open.ts",
    name: "OPEN",
    about: "Flags of openat(2) and openat2(2), `AT_*` of every call that takes a directory, close_range(2), fcntl(2).",
    headers: ["fcntl.h", "linux/openat2.h", "linux/close_range.h"],
    match: /^(O_|AT_|RESOLVE_|CLOSE_RANGE_|F_)/,
    skip: /^(O_TMPFILE|O_NDELAY|O_FSYNC|O_RSYNC|AT_STATX_|F_(LOCK|TEST|TLOCK|ULOCK|OK)$|F_.*64|AT_HWCAP|AT_SYSINFO|O_LARGEFILE)/,
  },
  {
    file: "mode.ts",
    name: "MODE",
    about: "The file type bits of mknodat(2).",
    headers: ["linux/stat.h"],
    match: /^S_IF/,
  },
  {
    file: "capability.ts",
    name: "CAPABILITY",
    about: "Capability numbers: bit positions in the masks of capset(2) and /proc/PID/status.",
    headers: ["linux/capability.h"],
    match: /^CAP_/,
    skip: /^CAP_(LAST_CAP|TO_|VALID)/,
  },
  {
    file: "prctl.ts",
    name: "PRCTL",
    about: "Operations of prctl(2), with the secure bits and the capability versions that go with them.",
    headers: ["linux/prctl.h", "linux/securebits.h", "linux/capability.h"],
    match: /^(PR_|SECBIT_|_LINUX_CAPABILITY_VERSION_)/,
  },
  {
    file: "rlimit.ts",
    name: "RLIMIT",
    about: "Resources of prlimit(2).",
    headers: ["sys/resource.h"],
    match: /^RLIMIT_/,
    skip: /^RLIMIT_(NLIMITS|OFILE)/,
  },
  {
    file: "sched.ts",
    name: "SCHED",
    about: "Policies and flags of sched_setattr(2), and the classes of ioprio_set(2).",
    headers: ["linux/sched.h", "linux/ioprio.h"],
    match:
      /^SCHED_(NORMAL|FIFO|RR|BATCH|IDLE|DEADLINE|FLAG_(RESET_ON_FORK|RECLAIM|DL_OVERRUN|KEEP_POLICY|KEEP_PARAMS|UTIL_CLAMP_MIN|UTIL_CLAMP_MAX))$/,
    names: ["IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE", "IOPRIO_WHO_PROCESS"],
  },
  {
    file: "seccomp.ts",
    name: "SECCOMP",
    about:
      "seccomp(2) operations, flags and return values, the classic BPF opcodes its filters are made of, AUDIT_ARCH.",
    headers: ["linux/seccomp.h", "linux/filter.h", "linux/bpf_common.h", "linux/audit.h"],
    match:
      /^(SECCOMP_|BPF_(LD|LDX|ST|STX|ALU|JMP|RET|MISC|W|H|B|IMM|ABS|IND|MEM|LEN|MSH|ADD|SUB|MUL|DIV|OR|AND|LSH|RSH|NEG|MOD|XOR|JA|JEQ|JGT|JGE|JSET|K|X|A|TAX|TXA|MAXINSNS)$|AUDIT_ARCH_)/,
    skip: /^SECCOMP_(IOCTL|IO|IOR|IOW|IOWR|IOC_MAGIC)/,
  },
  {
    file: "socketcall.ts",
    name: "SOCKETCALL",
    about: "First argument of socketcall(2), through which 32-bit x86 makes all socket calls (man 2 socketcall).",
    headers: ["linux/net.h"],
    match: /^SYS_[A-Z0-9]+$/,
  },
  {
    file: "ipc.ts",
    name: "IPC",
    about: "First argument of ipc(2), through which 32-bit x86 makes all System V IPC calls (man 2 ipc).",
    headers: ["linux/ipc.h"],
    match: /^(SEM|MSG|SHM)[A-Z]+$/,
  },
  {
    file: "bpf.ts",
    name: "BPF",
    about: "bpf(2) commands, what a device program of a cgroup is asked, and the extended BPF opcodes it is made of.",
    headers: ["linux/bpf_common.h", "linux/bpf.h"],
    match:
      /^(BPF_(LDX|ALU|ALU64|JMP|W|MEM|AND|RSH|MOV|JA|JEQ|JNE|JSET|EXIT|K|X)|BPF_F_(ALLOW_MULTI|ALLOW_OVERRIDE|REPLACE))$/,
    // The header has these as enumerators, which the preprocessor does not see.
    names: [
      "BPF_PROG_LOAD",
      "BPF_PROG_ATTACH",
      "BPF_PROG_TYPE_CGROUP_DEVICE",
      "BPF_CGROUP_DEVICE",
      "BPF_DEVCG_DEV_BLOCK",
      "BPF_DEVCG_DEV_CHAR",
      "BPF_DEVCG_ACC_MKNOD",
      "BPF_DEVCG_ACC_READ",
      "BPF_DEVCG_ACC_WRITE",
    ],
  },
  {
    file: "signal.ts",
    name: "SIGNAL",
    about: "Signal numbers (the same on x86_64 and arm64) and the ways of rt_sigprocmask(2).",
    headers: ["signal.h"],
    match: /^SIG([A-Z0-9]+|_BLOCK|_UNBLOCK|_SETMASK)$/,
    skip: /^(SIGRTMIN|SIGRTMAX|SIGSTKSZ|SIGEV.*|SIGIOT|SIGCLD|SIGPOLL|SIGSTACK|SIGUNUSED)$/,
  },
  {
    file: "wait.ts",
    name: "WAIT",
    about: "Options of wait4(2) and waitid(2).",
    headers: ["sys/wait.h", "linux/wait.h"],
    match: /^(W(NOHANG|UNTRACED|STOPPED|EXITED|CONTINUED|NOWAIT)|P_(ALL|PID|PGID|PIDFD)|__WALL|__WCLONE)$/,
  },
  {
    file: "keyctl.ts",
    name: "KEYCTL",
    about: "Operations and special key rings of keyctl(2).",
    headers: ["linux/keyctl.h"],
    match: /^(KEYCTL_|KEY_SPEC_)/,
    skip: /^KEYCTL_(CAPS|SUPPORTS|MOVE_EXCL)/,
  },
  {
    file: "socket.ts",
    name: "SOCKET",
    about: "The part of socket(2) a plan needs: local sockets, and descriptors sent over them.",
    headers: ["sys/socket.h"],
    match: /^(AF_UNIX|SOL_SOCKET|SCM_(RIGHTS|CREDENTIALS))$/,
    // The C library has these as enumerators, which the preprocessor does not see.
    names: ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET", "SOCK_CLOEXEC", "SOCK_NONBLOCK", "MSG_NOSIGNAL"],
  },
  {
    file: "ioctl.ts",
    name: "IOCTL",
    about: "ioctl(2) requests for terminals and namespaces.",
    headers: ["sys/ioctl.h", "linux/nsfs.h"],
    match: /^(TIOC(SCTTY|NOTTY|SWINSZ|GWINSZ|GPTN|SPTLCK|GPTPEER)|NS_GET_.*)$/,
  },
];

/** Structs a plan fills in, or that the kernel shows a program of a plan: type, header, fields. */
export const structs = [
  [
    "clone_args",
    "linux/sched.h",
    "flags pidfd child_tid parent_tid exit_signal stack stack_size tls set_tid set_tid_size cgroup",
  ],
  ["open_how", "linux/openat2.h", "flags mode resolve"],
  ["mount_attr", "linux/mount.h", "attr_set attr_clr propagation userns_fd"],
  ["rlimit64", "linux/resource.h", "rlim_cur rlim_max"],
  [
    "sched_attr",
    "linux/sched/types.h",
    "size sched_policy sched_flags sched_nice sched_priority sched_runtime sched_deadline sched_period",
  ],
  ["__user_cap_header_struct", "linux/capability.h", "version pid"],
  ["sock_fprog", "linux/filter.h", "len filter"],
  ["bpf_cgroup_dev_ctx", "linux/bpf.h", "access_type major minor"],
  // A union with one part a command: the parts of BPF_PROG_LOAD and BPF_PROG_ATTACH.
  [
    "bpf_attr",
    "linux/bpf.h",
    "prog_type insn_cnt insns license target_fd attach_bpf_fd attach_type attach_flags",
    "union",
  ],
  ["winsize", "sys/ioctl.h", "ws_row ws_col ws_xpixel ws_ypixel"],
  ["iovec", "sys/uio.h", "iov_base iov_len"],
  ["msghdr", "sys/socket.h", "msg_name msg_namelen msg_iov msg_iovlen msg_control msg_controllen msg_flags"],
  ["cmsghdr", "sys/socket.h", "cmsg_len cmsg_level cmsg_type"],
];

/** arm64 uses asm-generic's system call table but its own bits for three open flags (arch/arm64/include/uapi/asm/fcntl.h). */
export const arm64Open = { O_DIRECTORY: 0o40000, O_NOFOLLOW: 0o100000, O_DIRECT: 0o200000 };

/** Whose system calls: what to include for their numbers, and which names are none. */
export const arches = {
  x86_64: { prelude: "#include <asm/unistd_64.h>" },
  x86: { prelude: "#include <asm/unistd_32.h>" },
  x32: { prelude: "#define __X32_SYSCALL_BIT 0x40000000\n#include <asm/unistd_x32.h>" },
  aarch64: {
    prelude: [
      "#define __ARCH_WANT_RENAMEAT\n#define __ARCH_WANT_NEW_STAT\n#define __ARCH_WANT_SET_GET_RLIMIT",
      "#define __ARCH_WANT_TIME32_SYSCALLS\n#define __ARCH_WANT_SYS_CLONE3\n#define __ARCH_WANT_MEMFD_SECRET",
      "#include <asm-generic/unistd.h>",
    ].join("\n"),
    skip: /^(syscalls|arch_specific_syscall|sync_file_range2)$/,
  },
};
