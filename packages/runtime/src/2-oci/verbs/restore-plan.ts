/**
 * The calls that bring a container back: a mount table of its own, a terminal, criu, and a stay beside the restored process
 * where it is in the foreground. criu restores everything in one go, but for the moment when the container's namespaces
 * are there and its mounts and processes are not yet: then it runs a script, by which hooks are let in.
 */
import {
  blockSignals,
  clone3,
  close,
  dup3,
  fchown,
  getpid,
  mount,
  type Op,
  openat,
  openat2,
  openTerminal,
  type Plan,
  pipe2,
  read,
  relay,
  result,
  sendDescriptor,
  setParentDeathSignal,
  setTerminalSize,
  tell,
  unlockTerminal,
  unshare,
  wait4,
  write,
} from "../../1-kernel/mod.ts";
import { planConsoleSocket } from "../plan/console.ts";
import { parseMountOptions } from "../plan/mount-options.ts";
import type { Config } from "../spec/config.ts";

/** What criu's process has these as: high, out of the way of all others. */
export const TERMINAL_FD = 100;
const ASKED_FD = 101;
const ANSWER_FD = 102;

/**
 * Run by criu at every stage (man 8 criu, --action-script); a failure ends the restoring, and criu takes back what it made.
 * The pid goes into the file that HOOKS_PID_VARIABLE names. criu passes no descriptors on, but it has them itself.
 */
const HOOKS_SCRIPT = `#!/bin/sh
case $CRTOOLS_SCRIPT_ACTION in setup-namespaces)
  echo "$CRTOOLS_INIT_PID" >"$GLASSRUN_HOOKS_PID" && echo . >/proc/$PPID/fd/${ASKED_FD} &&
  read -r answer </proc/$PPID/fd/${ANSWER_FD} && [ "$answer" = go ]
esac
`;
export const HOOKS_PID_VARIABLE = "GLASSRUN_HOOKS_PID";

/** For wait4 (man 2 wait4). */
const ANY_CHILD = -1;

export interface RestoredTerminal {
  /** Directory of the host to mount its devpts on. */
  devpts: string;
  /** As the host has the container's user. */
  uid: number;
  /** Without one the terminal is shown here. */
  consoleSocket?: string;
}

export interface RestorePlan {
  config: Config;
  rootfs: string;
  /** The calls that become criu. */
  criu: Op[];
  terminal?: RestoredTerminal | undefined;
  /** Hooks run in the middle: where on the host criu finds the script that waits for them. */
  hooks?: { directory: string; script: string } | undefined;
  /** criu is given `--restore-sibling` then: the restored process is a child of criu's parent, which waits for it. */
  foreground: boolean;
}

/**
 * Pure. Says (`tell`) when it is time for the hooks, then, with `criu_status`, how criu ended, and in the foreground ends
 * with the container's `status`. Other results for whoever answers: `/proc/{runtime}/fd/{answer_writer}` for the script, and
 * `/proc/{runtime}/fd/{pid_writer}`, which has to be told in four bytes which process has been restored.
 */
export function planRestoring({ config, rootfs, criu, terminal, hooks, foreground }: RestorePlan): Plan {
  const shown = foreground && terminal !== undefined && terminal.consoleSocket === undefined;
  const runtime = [
    ...ownViewOf(rootfs),
    ...(terminal ? planTerminal(terminal, config) : []),
    getpid({ why: "Know by which number others find this process", result: "runtime" }),
    ...(hooks
      ? [
          ...planScript(hooks),
          pipe2({ from: "asked", into: "asked_writer" }, { why: "A pipe by which criu's script asks for the hooks" }),
          pipe2({ from: "answer", into: "answer_writer" }, { why: "A pipe by which it learns how they went" }),
        ]
      : []),
    ...(shown
      ? [pipe2({ from: "pid", into: "pid_writer" }, { why: "A pipe to learn the restored process's pid from" })]
      : []),
    clone3({ program: "criu", flags: [] }, { why: "Make criu's process", result: "criu" }),
    ...(terminal ? [close({ fd: result("tty") }, { why: "Only the container has this side of its terminal" })] : []),
    ...(hooks ? planAskForHooks() : []),
    wait4(
      { pid: result("criu"), status: "criu_status", flags: [] },
      { why: "Wait until criu has restored everything" },
    ),
    tell({ why: "Say how that went" }),
    ...(foreground ? planStay(shown) : []),
  ];
  const inside = [
    setParentDeathSignal({ signal: "SIGKILL" }, { why: "End with the runtime" }),
    ...(terminal ? [passOn("tty", TERMINAL_FD, "Have criu give the container this side of its terminal")] : []),
    ...(hooks
      ? [
          passOn("asked_writer", ASKED_FD, "Let criu's script ask for the hooks"),
          passOn("answer", ANSWER_FD, "Let criu's script learn how they went"),
        ]
      : []),
    ...criu,
  ];
  return {
    programs: [
      { name: "runtime", ops: runtime },
      { name: "criu", ops: inside },
    ],
  };
}

function passOn(from: string, to: number, why: string): Op {
  return dup3({ from: result(from), to, flags: [] }, { why });
}

/** criu wants the root to be a mount point; in a mount namespace of its own nobody else sees that mount. */
function ownViewOf(rootfs: string): Op[] {
  return [
    unshare({ flags: ["CLONE_NEWNS"] }, { why: "Have a mount table of its own" }),
    mount({ target: "/", flags: ["MS_SLAVE", "MS_REC"] }, { why: "Tell the host nothing of what is mounted" }),
    mount(
      { source: rootfs, target: rootfs, flags: ["MS_BIND", "MS_REC"] },
      { why: "Make the root file system a mount point", from: "/root/path" },
    ),
  ];
}

const FROM = "/process/terminal";

/**
 * The other side of the old terminal is gone, and criu does not make a new one without its own protocol. So its devpts is
 * made anew here, with the first terminal in it, and criu binds it to where the old one was.
 */
function planTerminal({ devpts, uid, consoleSocket }: RestoredTerminal, config: Config): Op[] {
  const old = config.mounts?.find(({ destination }) => destination.replace(/\/$/, "") === "/dev/pts");
  const { flags, data } = parseMountOptions(old?.options ?? ["newinstance", "ptmxmode=0666", "mode=0620"]);
  const { height = 0, width = 0 } = config.process?.consoleSize ?? {};
  const sized = height > 0 || width > 0;
  return [
    ...(consoleSocket === undefined ? [] : planConsoleSocket(consoleSocket)),
    mount(
      { source: "devpts", target: devpts, type: "devpts", flags, data },
      { why: "Make the terminals' file system anew: in the old one nobody holds the other side", from: FROM },
    ),
    openat2(
      { directory: "AT_FDCWD", path: `${devpts}/ptmx`, flags: ["O_RDWR", "O_NOCTTY"] },
      { why: "Open a new terminal in it, the first", from: FROM, result: "terminal" },
    ),
    unlockTerminal({ fd: result("terminal") }, { why: "A new terminal is locked until its owner is set", from: FROM }),
    openTerminal({ fd: result("terminal") }, { why: "Open the side that programs use", from: FROM, result: "tty" }),
    ...(sized
      ? [
          setTerminalSize(
            { fd: result("tty"), rows: height, columns: width },
            { why: "Tell programs how large the window is", from: "/process/consoleSize" },
          ),
        ]
      : []),
    ...(uid === 0
      ? []
      : [
          fchown(
            { fd: result("tty"), uid, gid: -1 },
            { why: "Let the container's user own its terminal", from: "/process/user/uid" },
          ),
        ]),
    ...(consoleSocket === undefined
      ? []
      : [
          sendDescriptor(
            { over: result("console_socket"), data: "/dev/ptmx", carry: result("terminal") },
            {
              why: "Hand the master side over: what is written there is typed, what is read there is shown",
              from: FROM,
            },
          ),
          close({ fd: result("terminal") }, { why: "It is not shown here", from: FROM }),
        ]),
  ];
}

/** In a file system of its own, which only this mount table has: /run, for one, lets nothing be executed. */
function planScript({ directory, script }: { directory: string; script: string }): Op[] {
  return [
    mount(
      { source: "tmpfs", target: directory, type: "tmpfs", flags: ["MS_NOSUID", "MS_NODEV"], data: "mode=0700" },
      { why: "Have a place for a script", from: "/hooks" },
    ),
    openat(
      { directory: "AT_FDCWD", path: script, flags: ["O_WRONLY", "O_CREAT"], mode: 0o700 },
      { why: "Make the script that criu stops at", from: "/hooks", result: "script" },
    ),
    write({ fd: result("script"), data: HOOKS_SCRIPT }, { why: "It asks for the hooks, and waits", from: "/hooks" }),
    close({ fd: result("script") }, { why: "What is open for writing cannot be executed", from: "/hooks" }),
  ];
}

function planAskForHooks(): Op[] {
  return [
    close({ fd: result("asked_writer") }, { why: "Only the script asks: if criu ends before, reading says so" }),
    close({ fd: result("answer") }, { why: "Only the script is answered" }),
    read(
      { fd: result("asked"), into: "asks" },
      // Nothing comes where criu fails earlier, which is told below in its own words.
      { why: "Wait until the container has its namespaces", from: "/hooks", expect: undefined },
    ),
    tell({ why: "Say that it is time for the hooks", from: "/hooks" }),
  ];
}

function planStay(shown: boolean): Op[] {
  return [
    blockSignals({ why: "Outlive a Ctrl-C: it is meant for the container, and the runtime passes it on" }),
    ...(shown
      ? [
          read({ fd: result("pid"), into: "restored", count: 4 }, { why: "Learn which process it is" }),
          {
            call: "pidfd_open",
            args: [result("restored"), { kind: "number" as const, value: 0 }],
            why: "Know when it ends",
            result: "restored_pidfd",
          },
          relay(
            { master: result("terminal"), pidfd: result("restored_pidfd") },
            { why: "Pass keys in and output out until the process ends", from: FROM },
          ),
        ]
      : []),
    wait4({ pid: ANY_CHILD, status: "status", flags: [] }, { why: "Wait for the container to end, and learn how" }),
  ];
}
