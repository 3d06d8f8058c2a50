/**
 * Handing over a descriptor for the new process (`--pidfd-socket`, as in runc since 1.2): unlike a pid it never comes to
 * mean another process, and its end can be waited for by whoever is not its parent.
 */
import { close, connect, type Op, result, sendDescriptor, socket } from "../../1-kernel/mod.ts";

/** Data that has to go with a descriptor; receivers ignore it. */
const DATA = "pidfd";

/** In the runtime, on the host's paths: reach the socket. */
export function planPidfdSocket(path: string): Op[] {
  return [
    socket(
      { kind: "SOCK_STREAM" },
      { why: "A socket to hand a descriptor for the process over", result: "pidfd_socket" },
    ),
    connect({ fd: result("pidfd_socket"), path }, { why: "Reach whoever will watch the process" }),
  ];
}

/** In the runtime, once the process is there. */
export function planSendPidfd(pidfd: string): Op[] {
  return [
    sendDescriptor(
      { over: result("pidfd_socket"), data: DATA, carry: result(pidfd) },
      { why: "Hand over a descriptor for the process: it cannot come to mean another one, as a pid can" },
    ),
    close({ fd: result("pidfd_socket") }, { why: "Nothing more is said there" }),
  ];
}
