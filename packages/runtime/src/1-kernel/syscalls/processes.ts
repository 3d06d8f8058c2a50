/**
 * Making a process, turning it into another program, ending it, waiting for it; sessions and the controlling terminal.
 */
import { type ConstantsOf, flags } from "../plan/constants.ts";
import type { Arg, Op, ResultArg } from "../plan/plan.ts";
import { structSize } from "../plan/struct.ts";
import {
  type About,
  type Descriptor,
  type Directory,
  directory,
  nothing,
  number,
  op,
  type Path,
  path,
  struct,
  type Value,
  zero,
} from "./op.ts";

export type SignalName = Exclude<ConstantsOf<"SIG">, ConstantsOf<"SIG_">>;

/**
 * Make a process that performs `program`. The op's result is its pid as this process sees it; `pidfd` names a result
 * that holds a descriptor for it (close-on-exec). The child starts with a copy of all results known so far. Memory is
 * copied, as fork does, so the two share pipes and files and nothing else.
 */
export function clone3(
  call: {
    program: string;
    flags: readonly ConstantsOf<"CLONE_">[];
    exitSignal?: SignalName;
    pidfd?: string;
    cgroup?: Descriptor;
  },
  about: About,
): Op {
  const all = call.pidfd === undefined ? call.flags : [...call.flags, "CLONE_PIDFD" as const];
  const args = struct("clone_args", {
    flags: flags(all),
    pidfd: call.pidfd === undefined ? undefined : { kind: "out", names: [call.pidfd] },
    // A sibling reports its end as its parent does, and the kernel refuses to hear anything else about it.
    exit_signal: call.flags.includes("CLONE_PARENT") ? undefined : flags([call.exitSignal ?? "SIGCHLD"]),
    cgroup: call.cgroup === undefined ? undefined : number(call.cgroup),
  });
  return op("clone3", [args, number(structSize("clone_args")), { kind: "program", name: call.program }], about);
}

/** Replace this process by the program at `path`. On success nothing of sysrun is left, so it is a program's last op. */
export function execve(
  call: { path: Path; argv: readonly string[]; environment: readonly string[] },
  about: About,
): Op {
  return op("execve", [path(call.path), strings(call.argv), strings(call.environment)], about);
}

/** As `execve`, from a directory; with AT_EMPTY_PATH and path "" the descriptor itself is executed. */
export function execveat(
  call: {
    directory: Directory;
    path: Path;
    argv: readonly string[];
    environment: readonly string[];
    flags: readonly ("AT_EMPTY_PATH" | "AT_SYMLINK_NOFOLLOW")[];
  },
  about: About,
): Op {
  const vectors = [strings(call.argv), strings(call.environment)];
  return op("execveat", [directory(call.directory), path(call.path), ...vectors, flags(call.flags)], about);
}

/** Wait for a child to end (or, with WNOHANG, look). Its status word becomes the result `status`; see `exitCodeOf`. */
export function wait4(
  call: { pid: Value; status: string; flags: readonly ("WNOHANG" | "WUNTRACED" | "WCONTINUED" | "__WALL")[] },
  about: About,
): Op {
  return op("wait4", [number(call.pid), { kind: "out", names: [call.status] }, flags(call.flags), nothing], about);
}

/** Start a session without a controlling terminal, and a process group in it. */
export function setsid(about: About): Op {
  return op("setsid", [], about);
}

/** Put process `pid` (0: this one) into group `group` (0: one named after it). */
export function setpgid(call: { pid: Value; group: Value }, about: About): Op {
  return op("setpgid", [number(call.pid), number(call.group)], about);
}

/** Make the terminal behind `fd` this session's controlling terminal (man 2 TIOCSCTTY). Only a session leader may. */
export function setControllingTerminal(call: { fd: Descriptor }, about: About): Op {
  return op("ioctl", [number(call.fd), flags(["TIOCSCTTY"]), zero], about);
}

export function setTerminalSize(call: { fd: Descriptor; rows: number; columns: number }, about: About): Op {
  const size = struct("winsize", { ws_row: number(call.rows), ws_col: number(call.columns) });
  return op("ioctl", [number(call.fd), flags(["TIOCSWINSZ"]), size], about);
}

/** Unlock the terminal side of a pty whose master is `fd`, so that it can be opened (man 3 unlockpt). */
export function unlockTerminal(call: { fd: Descriptor }, about: About): Op {
  // The kernel reads an int: 0 unlocks.
  const unlocked: Arg = { kind: "bytes", value: new Uint8Array(4), text: "0" };
  return op("ioctl", [number(call.fd), flags(["TIOCSPTLCK"]), unlocked], about);
}

/** Open the terminal side of the pty whose master is `fd`, without any path (Linux 4.13, man 2 TIOCGPTPEER). */
export function openTerminal(call: { fd: Descriptor }, about: About): Op {
  return op("ioctl", [number(call.fd), flags(["TIOCGPTPEER"]), flags(["O_RDWR", "O_NOCTTY", "O_CLOEXEC"])], about);
}

/** Send a signal. */
export function kill(call: { pid: Value; signal: SignalName }, about: About): Op {
  return op("kill", [number(call.pid), flags([call.signal])], about);
}

/** Which process made this one; 0 when it lives outside this pid namespace. */
export function getppid(about: About): Op {
  return op("getppid", [], about);
}

export function getpid(about: About): Op {
  return op("getpid", [], about);
}

/** Hold back every signal but SIGKILL and SIGSTOP: for a process that only waits for a child and must outlive Ctrl-C. */
export function blockSignals(about: About): Op {
  const every: Arg = { kind: "number", value: 0xffff_ffff_ffff_ffffn, text: "0xffffffffffffffff" };
  const mask = struct("sigset", { signals: every });
  return op("rt_sigprocmask", [flags(["SIG_SETMASK"]), mask, nothing, number(8)], about);
}

/** Send this process `signal` when the one that made it ends. Kept across exec; not passed on to children. */
export function setParentDeathSignal(call: { signal: SignalName }, about: About): Op {
  return op("prctl", [flags(["PR_SET_PDEATHSIG"]), flags([call.signal])], about);
}

/** 0: others with the same uid may neither trace this process nor read its /proc files, until it executes something. */
export function setDumpable(call: { dumpable: boolean }, about: About): Op {
  return op("prctl", [flags(["PR_SET_DUMPABLE"]), number(call.dumpable ? 1 : 0)], about);
}

/** Send every result known so far to whoever performs the plan: sysrun's one word of its own, for plans that go on. */
export function tell(about: About): Op {
  return op("tell", [], about);
}

/**
 * Pass keys and output between sysrun's own standard input and output and the terminal whose master side is `master`,
 * sizes too, until the process behind `pidfd` has ended. Sysrun's terminal is raw meanwhile and put back after.
 */
export function relay(call: { master: Descriptor; pidfd: Descriptor }, about: About): Op {
  return op("relay", [number(call.master), number(call.pidfd)], about);
}

/**
 * Wait until whoever performs the plan has left, and from then on end, whatever comes, with the exit code of the process
 * that `wait4` gave this status word for.
 */
export function outlive(call: { status: ResultArg }, about: About): Op {
  return op("outlive", [call.status], about);
}

/** Copy descriptor number `target` of the process behind `pidfd`; the copy is close-on-exec (man 2 pidfd_getfd). */
export function pidfdGetfd(call: { pidfd: Descriptor; target: Descriptor }, about: About): Op {
  return op("pidfd_getfd", [number(call.pidfd), number(call.target), zero], about);
}

/** The exit code a shell would show for a status word of `wait4`: the code itself, or 128 and the signal's number. */
export function exitCodeOf(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}

function strings(values: readonly string[]): Arg {
  return { kind: "strings", value: [...values] };
}
