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
  openTerminal,
  result,
  sendDescriptor,
  setControllingTerminal,
  setsid,
  setTerminalSize,
  socket,
  template,
  unlockTerminal,
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

/** In the container, before its root is entered. */
export function planConsole(planning: Planning): Op[] {
  const { config } = planning;
  if (!config.process?.terminal) return [];
  const master = openInRoot(planning, "/dev/pts/ptmx", ["O_RDWR", "O_NOCTTY"], {
    why: "Open a new terminal in the container's own devpts",
    from: FROM,
  });
  const tty = planning.name("tty");
  const size = config.process.consoleSize;
  const ops: Op[] = [
    ...master.ops,
    unlockTerminal(
      { fd: result(master.fd) },
      { why: "A new terminal is locked until its owner is set: ours is", from: FROM },
    ),
    openTerminal({ fd: result(master.fd) }, { why: "Open the side that programs use", from: FROM, result: tty }),
  ];
  if (size && (size.height > 0 || size.width > 0)) {
    const why = "Tell programs how large the window is";
    ops.push(
      setTerminalSize(
        { fd: result(tty), rows: size.height, columns: size.width },
        { why, from: "/process/consoleSize" },
      ),
    );
  }
  const uid = config.process.user?.uid ?? 0;
  if (uid !== 0)
    ops.push(
      fchown(
        { fd: result(tty), uid, gid: -1 },
        { why: "Let the container's user own its terminal", from: "/process/user/uid" },
      ),
    );
  if (!isBoundFromHost(planning)) {
    const console = openMountPointFile(planning, "/dev/console", {
      why: "Open /dev/console to mount on it",
      from: FROM,
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
        { over: result("console_socket"), data: MASTER_NAME, carry: result(master.fd) },
        { why: "Hand the master side over: what is written there is typed, what is read there is shown", from: FROM },
      ),
      close({ fd: result("console_socket") }, { why: "Nothing more is said there", from: FROM }),
    );
  }
  ops.push(close({ fd: result(master.fd) }, { why: "Keep only the side that programs use", from: FROM }));
  return [...ops, ...planAttach(tty)];
}

/** Make the open terminal this process's own. */
export function planAttach(tty: string): Op[] {
  return [
    setsid({ why: "Lead a session of its own: only a session leader can take a controlling terminal", from: FROM }),
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
