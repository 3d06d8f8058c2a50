/**
 * Writes packages/runtime/src/1-kernel/abi/*.ts: the kernel's own numbers, taken from the kernel's and the C library's
 * headers by the C compiler, so that nobody types a constant. What it writes is committed; building needs no headers.
 *
 *   node scripts/kernel-abi.mjs           write the files anew (x86_64 with linux-libc-dev)
 *   node scripts/kernel-abi.mjs --check   fail when a committed number differs from this machine's headers; names that
 *                                         only one side knows (older or newer headers) are listed and are no failure
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../packages/runtime/src/1-kernel/abi/", import.meta.url));

/** One table a file: which macros of which headers. `skip` names what matches by accident. */
const tables = [
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
const structs = [
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
const arm64Open = { O_DIRECTORY: 0o40000, O_NOFOLLOW: 0o100000, O_DIRECT: 0o200000 };

const arches = {
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

const scratch = mkdtempSync(path.join(tmpdir(), "kernel-abi-"));
try {
  const files = new Map();
  for (const table of tables) files.set(table.file, tableFile(table));
  files.set("errno.ts", errnoFile());
  files.set("syscall-numbers.ts", syscallsFile());
  files.set("structs.ts", structsFile());
  process.exitCode = process.argv.includes("--check") ? check(files) : write(files);
} finally {
  rmSync(scratch, { recursive: true });
}

function tableFile({ file, name, about, headers, extra = "", match, skip, names = [] }) {
  const prelude = [extra, ...headers.map((header) => `#include <${header}>`)].join("\n");
  const found = macros(prelude).filter(([macro]) => match.test(macro) && !skip?.test(macro));
  const values = evaluate(prelude, [...found.map(([macro]) => macro), ...names]);
  const lines = [...values].map(([macro, value]) => `  ${macro}: ${armAware(file, macro, value)},`);
  const arm = file === "open.ts" ? 'const arm64 = process.arch === "arm64";\n\n' : "";
  return `${heading(about)}\n${arm}export const ${name} = {\n${lines.join("\n")}\n} as const;\n`;
}

function armAware(file, macro, value) {
  const other = file === "open.ts" ? arm64Open[macro] : undefined;
  return other === undefined ? value : `arm64 ? ${other} : ${value}`;
}

function errnoFile() {
  const prelude = "#include <errno.h>\n#include <string.h>";
  // An alias (EWOULDBLOCK is EAGAIN) would give one number two names; a number has one name here.
  const names = macros(prelude).filter(([macro, body]) => /^E[A-Z0-9]+$/.test(macro) && /^\d+$/.test(body));
  const values = [
    ...evaluate(
      prelude,
      names.map(([macro]) => macro),
    ),
  ].sort((a, b) => Number(a[1] - b[1]));
  const meanings = run(`${prelude}\n#include <stdio.h>
int main(void) { ${values.map(([, value]) => `puts(strerror(${value}));`).join(" ")} }`)
    .trimEnd()
    .split("\n");
  return `${heading("Error numbers of system calls, the same on x86_64 and arm64, and what the C library says they mean.")}
export const ERRNO = {
${values.map(([macro, value]) => `  ${macro}: ${value},`).join("\n")}
} as const;

export type ErrnoName = keyof typeof ERRNO;

/** As strerror(3) says it. */
export const ERRNO_MEANING: Record<ErrnoName, string> = {
${values.map(([macro], index) => `  ${macro}: ${JSON.stringify(meanings[index])},`).join("\n")}
};

const names = new Map<number, ErrnoName>(Object.entries(ERRNO).map(([name, value]) => [value, name as ErrnoName]));

/** \`EEXIST\` for 17; undefined for a number this table does not know. */
export function errnoName(errno: number): ErrnoName | undefined {
  return names.get(errno);
}
`;
}

function syscallsFile() {
  const parts = Object.entries(arches).map(([arch, { prelude, skip }]) => {
    const names = macros(prelude)
      .map(([macro]) => macro)
      .filter((macro) => /^__NR(3264)?_[a-z]/.test(macro));
    const plain = names.filter((macro) => macro.startsWith("__NR_"));
    const values = [...evaluate(prelude, plain)].filter(([macro]) => !skip?.test(macro.slice("__NR_".length)));
    const lines = values
      .sort((a, b) => Number(a[1] - b[1]))
      .map(([macro, value]) => `    ${macro.slice("__NR_".length)}: ${value},`);
    return `  ${arch}: {\n${lines.join("\n")}\n  },`;
  });
  return `${heading("System call numbers by architecture, under the names man pages use. x86 and x32 are for seccomp filters only.")}
export const SYSCALL_NUMBERS = {
${parts.join("\n")}
} as const;
`;
}

function structsFile() {
  // One program a struct: some kernel headers cannot stand beside the C library's.
  const parts = structs.map(([type, header, fields, kind = "struct"]) => {
    const lines = fields
      .split(" ")
      .map((field) => `printf("${field} %zu %zu\\n", offsetof(T, ${field}), sizeof(((T *)0)->${field}));`);
    const [size, ...places] = run(`#define _GNU_SOURCE\n#include <${header}>\n#include <stddef.h>\n#include <stdio.h>
typedef ${kind} ${type} T;
int main(void) { printf("%zu\\n", sizeof(T)); ${lines.join(" ")} }`)
      .trimEnd()
      .split("\n");
    const entries = places
      .map((place) => place.split(" "))
      .map(([field, offset, bytes]) => `      ${field}: { offset: ${offset}, size: ${bytes} },`);
    return `  ${type}: {\n    size: ${size},\n    fields: {\n${entries.join("\n")}\n    },\n  },`;
  });
  return `${heading("Where the fields of the structs stand that system calls read, in bytes; the same on x86_64 and arm64.")}
export const STRUCTS = {
${parts.join("\n")}
} as const;
`;
}

/** @returns {[string, string][]} macro and body, in the order of the preprocessor, sorted by name */
function macros(prelude) {
  const source = path.join(scratch, "macros.c");
  writeFileSync(source, `#define _GNU_SOURCE\n${prelude}\n`);
  const text = execFileSync("cc", ["-E", "-dM", source], { encoding: "utf8", maxBuffer: 1 << 24 });
  return [...text.matchAll(/^#define (\w+) +(.+)$/gm)].map(([, macro, body]) => [macro, body]).sort();
}

/** @returns {Map<string, bigint>} the value of each name, by value then name, as the compiler computes it */
function evaluate(prelude, names) {
  const lines = names.map((name) => `printf("${name} %lld\\n", (long long)(${name}));`).join("\n");
  const text = run(`#define _GNU_SOURCE\n${prelude}\n#include <stdio.h>\nint main(void) {\n${lines}\n}`);
  return new Map(
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "))
      .map(([name, value]) => /** @type {[string, bigint]} */ ([name, BigInt(value)])),
  );
}

function run(program) {
  const source = path.join(scratch, "print.c");
  writeFileSync(source, program);
  execFileSync("cc", ["-w", "-o", path.join(scratch, "print"), source]);
  return execFileSync(path.join(scratch, "print"), { encoding: "utf8" });
}

function heading(about) {
  return `// Generated by scripts/kernel-abi.mjs from the kernel's and the C library's headers; edit that, not this.\n/** ${about} */`;
}

function write(files) {
  for (const [file, text] of files) writeFileSync(path.join(folder, file), text);
  execFileSync("npx", ["biome", "check", "--write", folder], { stdio: "inherit" });
  return 0;
}

/** Compares the `NAME: number` lines, so that formatting is no difference. */
function check(files) {
  let differences = 0;
  for (const [file, text] of files) {
    const ours = numbers(readFileSync(path.join(folder, file), "utf8"));
    const theirs = numbers(text);
    for (const [name, value] of ours) {
      if (!theirs.has(name)) console.log(`${file}: ${name} is not in this machine's headers`);
      else if (theirs.get(name) !== value) {
        console.log(`${file}: ${name} is ${value} here, and ${theirs.get(name)} in this machine's headers`);
        differences++;
      }
    }
    for (const name of theirs.keys()) if (!ours.has(name)) console.log(`${file}: ${name} is new in these headers`);
  }
  console.log(differences ? `${differences} constants differ` : "every constant agrees with this machine's headers");
  return differences ? 1 : 0;
}

/** @returns {Map<string, string>} every `name: value` line, nested names joined by dots */
function numbers(text) {
  const found = new Map();
  const inside = [];
  for (const line of text.replaceAll("{ offset", "{\noffset").split("\n")) {
    const open = line.match(/(\w+)(?:: | = ).*\{$/);
    const entry = line.match(/^\s*(\w+): (.+),$/);
    if (open) inside.push(open[1]);
    else if (/^\s*\}/.test(line)) inside.pop();
    else if (entry) found.set([...inside, entry[1]].join("."), entry[2]);
  }
  return found;
}
