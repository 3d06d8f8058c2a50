/**
 * The container's terminal: a pty from its own devpts, so that it has a name in there (`/dev/pts/0`, `/dev/console`).
 * The master side goes through a socket to whoever shows the terminal (runc's docs/terminals.md).
 */
import {
  close,
  connect,
  dup3,
  fchown,
  mount,
  type Op,
  openat2,
  openTerminal,
  pidfdGetfd,
  read,
  relay,
  result,
  sendDescriptor,
  setControllingTerminal,
  setTerminalSize,
  socket,
  template,
  unlockTerminal,
  write,
} from "../../1-kernel/mod.ts";
import { isBoundFromHost } from "./devices.ts";
import { fdPath, openInRoot, openMountPointFile } from "./paths.ts";
import type { Planning } from "./planning.ts";

const FROM = "/process/terminal";
/** Data that goes with the descriptor; runc's receivers expect a name here and ignore it. */
const MASTER_NAME = "/dev/ptmx";

/** In the runtime, on the host's paths: reach the socket. */
export function planConsoleSocket(path: string): Op[] {
  return [
    socket(
      { kind: "SOCK_STREAM" },
      { why: "A socket to hand the container's terminal over", from: FROM, result: "console_socket" },
    ),
    connect({ fd: result("console_socket"), path }, { why: "Reach whoever will show the terminal", from: FROM }),
  ];
}

/**
 * Nothing unless the config asks for a terminal. `inside`: the container is there already and its root is ours; else the
 * root is still held by descriptor, and /dev/console is made too.
 */
export function planTerminal(planning: Planning, { inside }: { inside: boolean }): Op[] {
  const { config } = planning;
  if (!config.process?.terminal) return [];
  const tty = planning.name("tty");
  const open = inside ? planOpenInside() : planOpenInRoot(planning);
  const ops: Op[] = [
    ...open.ops,
    unlockTerminal(
      { fd: result(open.fd) },
      { why: "A new terminal is locked until its owner is set: ours is", from: FROM },
    ),
    openTerminal({ fd: result(open.fd) }, { why: "Open the side that programs use", from: FROM, result: tty }),
    ...planSize(planning, tty),
    ...planOwner(planning, tty),
  ];
  if (!inside && !isBoundFromHost(planning)) {
    const console = openMountPointFile(planning, "/dev/console", {
      why: "Open /dev/console to mount on it",
      from: FROM,
      plain: true,
    });
    const bind = mount(
      { source: template(`/proc/self/fd/{${tty}}`), target: fdPath(console.fd), flags: ["MS_BIND"] },
      { why: "Let /dev/console be this terminal too", from: FROM },
    );
    ops.push(...console.ops, bind);
  }
  if (planning.consoleSocket) {
    ops.push(
      sendDescriptor(
        { over: result("console_socket"), data: MASTER_NAME, carry: result(open.fd) },
        { why: "Hand the master side over: what is written there is typed, what is read there is shown", from: FROM },
      ),
      close({ fd: result("console_socket") }, { why: "Nothing more is said there", from: FROM }),
    );
  }
  if (!planning.consoleSocket) ops.push(...planOffer(open.fd));
  return [
    ...ops,
    close({ fd: result(open.fd) }, { why: "Keep only the side that programs use", from: FROM }),
    ...planAttach(tty),
  ];
}

/** Number under which the runtime finds the master side in this process: high, out of the way of all others. */
const OFFERED_FD = 100;

/** In the foreground the runtime itself shows the terminal, and takes the master side over before the program starts. */
function planOffer(master: string): Op[] {
  return [
    dup3(
      { from: result(master), to: OFFERED_FD, flags: ["O_CLOEXEC"] },
      { why: "Keep the master side where the runtime can find it", from: FROM },
    ),
    write({ fd: result("ready_writer"), data: "." }, { why: "Say that the terminal is there", from: FROM }),
    read({ fd: result("go_reader"), into: "taken" }, { why: "Wait until the runtime has taken it", from: FROM }),
  ];
}

/** In the runtime, in the foreground: the other half of `planOffer`. `pidfd` names the descriptor of the new process. */
export function planTakeTerminal(pidfd: string): Op[] {
  return [
    read(
      { fd: result("ready_reader"), into: "terminal_ready" },
      { why: "Wait until the container has its terminal", from: FROM },
    ),
    pidfdGetfd(
      { pidfd: result(pidfd), target: OFFERED_FD },
      { why: "Take a copy of its master side: what is written there is typed", from: FROM, result: "terminal" },
    ),
    write({ fd: result("go_writer"), data: "." }, { why: "Let the container go on", from: FROM }),
  ];
}

/** In the runtime, last before it waits. */
export function planRelay(pidfd: string): Op[] {
  return [
    relay(
      { master: result("terminal"), pidfd: result(pidfd) },
      { why: "Pass keys in and output out until the process ends", from: FROM },
    ),
  ];
}

const WHY_OPEN = "Open a new terminal in the container's own devpts";

function planOpenInRoot(planning: Planning) {
  return openInRoot(planning, "/dev/pts/ptmx", ["O_RDWR", "O_NOCTTY"], { why: WHY_OPEN, from: FROM });
}

function planOpenInside() {
  const open = openat2(
    {
      directory: "AT_FDCWD",
      path: "/dev/pts/ptmx",
      flags: ["O_RDWR", "O_NOCTTY"],
      resolve: ["RESOLVE_NO_MAGICLINKS", "RESOLVE_NO_SYMLINKS"],
    },
    { why: WHY_OPEN, from: FROM, result: "master" },
  );
  return { ops: [open], fd: "master" };
}

function planSize({ config }: Planning, tty: string): Op[] {
  const size = config.process?.consoleSize;
  if (!size || (size.height === 0 && size.width === 0)) return [];
  return [
    setTerminalSize(
      { fd: result(tty), rows: size.height, columns: size.width },
      { why: "Tell programs how large the window is", from: "/process/consoleSize" },
    ),
  ];
}

function planOwner({ config }: Planning, tty: string): Op[] {
  const uid = config.process?.user?.uid ?? 0;
  if (uid === 0) return [];
  const why = "Let the container's user own its terminal";
  return [fchown({ fd: result(tty), uid, gid: -1 }, { why, from: "/process/user/uid" })];
}

/** Make the open terminal this process's own. */
function planAttach(tty: string): Op[] {
  return [
    ...([0, 1, 2] as const).map((to) =>
      dup3(
        { from: result(tty), to, flags: [] },
        {
          why: `Put the terminal in place as ${["standard input", "standard output", "standard error"][to]}`,
          from: FROM,
        },
      ),
    ),
    setControllingTerminal(
      { fd: 0 },
      { why: "Let Ctrl-C and window changes reach the container's processes", from: FROM },
    ),
  ];
}
