import assert from "node:assert/strict";
import { test } from "node:test";
import type { Op } from "../plan/plan.ts";
import { printCall } from "../plan/print.ts";
import { bpfProgAttach, bpfProgLoad } from "./bpf.ts";
import {
  closeRange,
  closeRangeOnExec,
  dup3,
  fchownat,
  mknodat,
  openat,
  openat2,
  read,
  sendfile,
  setxattr,
  symlinkat,
  write,
  writeNumber,
} from "./files.ts";
import {
  capset,
  dropBoundingCapability,
  raiseAmbientCapability,
  setgroups,
  setNoNewPrivileges,
  umask,
} from "./identity.ts";
import { joinSessionKeyring, setKeyPermissions } from "./keys.ts";
import { prlimit64, UNLIMITED } from "./limits.ts";
import { mount, mountSetattr, moveMount, openTree, pivotRoot, umount2 } from "./mount.ts";
import { sethostname } from "./names.ts";
import { setns, unshare } from "./namespaces.ts";
import { result, template } from "./op.ts";
import { blockSignals, clone3, exitCodeOf, setControllingTerminal, tell, wait4 } from "./processes.ts";
import { connect, sendDescriptor, socketpair } from "./sockets.ts";

const why = "Because.";

test("each constructor writes its call as strace would show it", () => {
  const calls: Array<[Op, string]> = [
    [
      mount({ target: "/", flags: ["MS_PRIVATE", "MS_REC"] }, { why }),
      'mount(NULL, "/", NULL, MS_PRIVATE|MS_REC, NULL)',
    ],
    [
      mount(
        { source: "tmpfs", target: template("/proc/self/fd/{dev}"), type: "tmpfs", flags: [], data: "size=1m" },
        { why },
      ),
      `mount("tmpfs", \`/proc/self/fd/\${dev}\`, "tmpfs", 0, "size=1m")`,
    ],
    [umount2({ target: ".", flags: ["MNT_DETACH"] }, { why }), 'umount2(".", MNT_DETACH)'],
    [pivotRoot({ newRoot: ".", putOld: "." }, { why }), 'pivot_root(".", ".")'],
    [
      openTree({ directory: "AT_FDCWD", path: "/x", flags: ["OPEN_TREE_CLONE", "AT_RECURSIVE"] }, { why, result: "t" }),
      'open_tree(AT_FDCWD, "/x", OPEN_TREE_CLONE|AT_RECURSIVE|OPEN_TREE_CLOEXEC) = $t',
    ],
    [
      moveMount(
        {
          fromDirectory: result("t"),
          fromPath: "",
          toDirectory: result("d"),
          toPath: "y",
          flags: ["MOVE_MOUNT_F_EMPTY_PATH"],
        },
        { why },
      ),
      'move_mount($t, "", $d, "y", MOVE_MOUNT_F_EMPTY_PATH)',
    ],
    [
      mountSetattr(
        {
          directory: result("t"),
          path: "",
          flags: ["AT_EMPTY_PATH"],
          set: ["MOUNT_ATTR_RDONLY"],
          propagation: "MS_SLAVE",
        },
        { why },
      ),
      'mount_setattr($t, "", AT_EMPTY_PATH, mount_attr{attr_set=MOUNT_ATTR_RDONLY, propagation=MS_SLAVE}, 32)',
    ],
    [
      openat2({ directory: result("root"), path: "etc", flags: ["O_PATH"], resolve: ["RESOLVE_IN_ROOT"] }, { why }),
      'openat2($root, "etc", open_how{flags=O_PATH|O_CLOEXEC, resolve=RESOLVE_IN_ROOT}, 24)',
    ],
    [
      openat({ directory: "AT_FDCWD", path: "/f", flags: ["O_CREAT", "O_WRONLY"], mode: 0o600 }, { why }),
      'openat(AT_FDCWD, "/f", O_CREAT|O_WRONLY|O_CLOEXEC, 0600)',
    ],
    [
      mknodat(
        { directory: result("dev"), path: "null", type: "S_IFCHR", mode: 0o666, device: { major: 1, minor: 3 } },
        { why },
      ),
      'mknodat($dev, "null", S_IFCHR|0666, makedev(1,3))',
    ],
    [sendfile({ to: 4, from: 3, count: 5 }, { why }), "sendfile(4, 3, NULL, 5)"],
    [symlinkat({ target: "/proc/self/fd", directory: 5, path: "fd" }, { why }), 'symlinkat("/proc/self/fd", 5, "fd")'],
    [
      setxattr({ path: "/proc/self/fd/7", name: "security.selinux", value: "a_t" }, { why }),
      'setxattr("/proc/self/fd/7", "security.selinux", "a_t", strlen(args[2]), 0)',
    ],
    [
      fchownat({ directory: 5, path: "x", uid: 1, gid: 2, flags: ["AT_SYMLINK_NOFOLLOW"] }, { why }),
      'fchownat(5, "x", 1, 2, AT_SYMLINK_NOFOLLOW)',
    ],
    [write({ fd: result("f"), data: "häl" }, { why }), 'write($f, "häl", 4) = 4'],
    [write({ fd: 1, data: template("{pid}") }, { why }), `write(1, \`\${pid}\`, strlen(args[1]))`],
    [read({ fd: result("r"), into: "go" }, { why }), "read($r, [$go], 1) = 1"],
    [dup3({ from: result("t"), to: 0, flags: [] }, { why }), "dup3($t, 0, 0)"],
    [closeRange({ first: 3, last: 9 }, { why }), "close_range(3, 9, 0)"],
    [closeRangeOnExec({ first: 3 }, { why }), "close_range(3, 0xffffffff, CLOSE_RANGE_CLOEXEC)"],
    [
      clone3({ program: "init", flags: ["CLONE_NEWNS"], cgroup: result("c") }, { why, result: "init" }),
      "clone3(clone_args{flags=CLONE_NEWNS, exit_signal=SIGCHLD, cgroup=$c}, 88, @init) = $init",
    ],
    [wait4({ pid: result("init"), status: "status", flags: [] }, { why }), "wait4($init, [$status], 0, NULL)"],
    [setControllingTerminal({ fd: 0 }, { why }), "ioctl(0, TIOCSCTTY, 0)"],
    [writeNumber({ fd: result("pipe"), value: result("fd") }, { why }), "write($pipe, int{value=$fd}, 4) = 4"],
    [blockSignals({ why }), "rt_sigprocmask(SIG_SETMASK, sigset{signals=0xffffffffffffffff}, NULL, 8)"],
    [tell({ why }), "tell()"],
    [unshare({ flags: ["CLONE_NEWNS", "CLONE_NEWUTS"] }, { why }), "unshare(CLONE_NEWNS|CLONE_NEWUTS)"],
    [setns({ fd: result("ns"), type: ["CLONE_NEWNET"] }, { why }), "setns($ns, CLONE_NEWNET)"],
    [
      capset({ effective: ["CAP_CHOWN"], permitted: ["CAP_CHOWN", "CAP_KILL"], inheritable: [] }, { why }),
      "capset(__user_cap_header_struct{version=_LINUX_CAPABILITY_VERSION_3}, " +
        "capability_sets{effective=1<<CAP_CHOWN, permitted=1<<CAP_CHOWN|1<<CAP_KILL, inheritable=0})",
    ],
    [dropBoundingCapability({ capability: "CAP_BPF" }, { why }), "prctl(PR_CAPBSET_DROP, CAP_BPF)"],
    [
      raiseAmbientCapability({ capability: "CAP_KILL" }, { why }),
      "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0)",
    ],
    [setgroups({ groups: [] }, { why }), 'setgroups(0, x"" /* gids */)'],
    [setNoNewPrivileges({ why }), "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)"],
    [umask({ mask: 0o22 }, { why }), "umask(022)"],
    [
      prlimit64({ pid: 0, resource: "RLIMIT_NOFILE", soft: 1024, hard: UNLIMITED }, { why }),
      "prlimit64(0, RLIMIT_NOFILE, rlimit64{rlim_cur=1024, rlim_max=0xffffffffffffffff}, NULL)",
    ],
    [sethostname({ name: "wöb" }, { why }), 'sethostname("wöb", 4)'],
    [
      socketpair({ kind: "SOCK_STREAM", one: "a", other: "b" }, { why }),
      "socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, [$a, $b])",
    ],
    [
      connect({ fd: result("s"), path: "/run/c.sock" }, { why }),
      'connect($s, sockaddr_un{sun_family=AF_UNIX, sun_path="/run/c.sock"}, 110)',
    ],
    [
      sendDescriptor({ over: result("s"), data: "pty", carry: result("tty") }, { why }),
      'sendmsg($s, msghdr{msg_iov=iovec{iov_base="pty", iov_len=3}, msg_iovlen=1, msg_control=cmsg_descriptor' +
        "{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, descriptor=$tty}, msg_controllen=24}, MSG_NOSIGNAL) = 3",
    ],
    [
      bpfProgLoad({ type: "BPF_PROG_TYPE_CGROUP_DEVICE", program: new Uint8Array(16) }, { why }),
      'bpf(BPF_PROG_LOAD, bpf_attr{prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=2, insns=x"' +
        '00000000000000000000000000000000" /* 2 eBPF instructions */, license="Apache-2.0"}, 144)',
    ],
    [
      bpfProgAttach(
        { cgroup: result("c"), program: result("p"), type: "BPF_CGROUP_DEVICE", flags: ["BPF_F_ALLOW_MULTI"] },
        { why },
      ),
      "bpf(BPF_PROG_ATTACH, bpf_attr{target_fd=$c, attach_bpf_fd=$p, attach_type=BPF_CGROUP_DEVICE, " +
        "attach_flags=BPF_F_ALLOW_MULTI}, 144)",
    ],
    [joinSessionKeyring({ name: "_ses.web" }, { why }), 'keyctl(KEYCTL_JOIN_SESSION_KEYRING, "_ses.web")'],
    [
      setKeyPermissions({ key: result("ring"), permissions: 0x3f1b0000 }, { why }),
      "keyctl(KEYCTL_SETPERM, $ring, 0x3f1b0000)",
    ],
  ];
  assert.deepEqual(
    calls.map(([op]) => printCall(op)),
    calls.map(([, text]) => text),
  );
});

test("a constructor keeps why, from, allow and result, and leaves out what was not given", () => {
  const about = { why, from: "/root", allow: ["EEXIST" as const], result: "x" };
  assert.deepEqual(umask({ mask: 0 }, about), {
    call: "umask",
    args: [{ kind: "number", value: 0, text: "00" }],
    ...about,
  });
  assert.deepEqual(umask({ mask: 0o22 }, { why, from: undefined, allow: [] }), {
    call: "umask",
    args: [{ kind: "number", value: 18, text: "022" }],
    why,
  });
});

test("exitCodeOf reads a wait status as a shell does", () => {
  assert.deepEqual([0x0700, 0x0000, 9, 0x8b].map(exitCodeOf), [7, 0, 137, 139]);
});
