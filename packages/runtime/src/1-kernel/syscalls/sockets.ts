/**
 * Local sockets, for the one thing only they can do: hand a descriptor to another process. That is how a container's
 * terminal reaches whoever asked for it (runc's `--console-socket`).
 */
import { flags } from "../plan/constants.ts";
import type { Op, TemplateArg } from "../plan/plan.ts";
import { structSize } from "../plan/struct.ts";
import { type About, type Descriptor, number, op, path, struct, zero } from "./op.ts";

type SocketKind = "SOCK_STREAM" | "SOCK_DGRAM" | "SOCK_SEQPACKET";

/** Two connected sockets as the results `one` and `other`, close-on-exec. */
export function socketpair(call: { kind: SocketKind; one: string; other: string }, about: About): Op {
  const pair = { kind: "out" as const, names: [call.one, call.other] };
  return op("socketpair", [flags(["AF_UNIX"]), flags([call.kind, "SOCK_CLOEXEC"]), zero, pair], about);
}

/** An unconnected local socket, close-on-exec. */
export function socket(call: { kind: SocketKind }, about: About): Op {
  return op("socket", [flags(["AF_UNIX"]), flags([call.kind, "SOCK_CLOEXEC"]), zero], about);
}

/** Connect to the local socket at `path`: at most 107 bytes. */
export function connect(call: { fd: Descriptor; path: string }, about: About): Op {
  const address = struct("sockaddr_un", {
    sun_family: flags(["AF_UNIX"]),
    sun_path: { kind: "string", value: call.path },
  });
  return op("connect", [number(call.fd), address, number(structSize("sockaddr_un"))], about);
}

/**
 * Send `data` and with it the descriptor `carry`, which the receiver gets as one of its own (man 7 unix, SCM_RIGHTS).
 * `bytes` is how many of the data's are sent; only a template, which has no length yet, has to say.
 */
export function sendDescriptor(
  call: { over: Descriptor; carry: Descriptor } & ({ data: string } | { data: TemplateArg; bytes: number }),
  about: About,
): Op {
  const bytes = "bytes" in call ? call.bytes : Buffer.byteLength(call.data);
  const control = struct("cmsg_descriptor", {
    // The length without padding: header and one int.
    cmsg_len: number(20),
    cmsg_level: flags(["SOL_SOCKET"]),
    cmsg_type: flags(["SCM_RIGHTS"]),
    descriptor: number(call.carry),
  });
  const message = struct("msghdr", {
    msg_iov: struct("iovec", { iov_base: path(call.data), iov_len: number(bytes) }),
    msg_iovlen: number(1),
    msg_control: control,
    msg_controllen: number(structSize("cmsg_descriptor")),
  });
  return op("sendmsg", [number(call.over), message, flags(["MSG_NOSIGNAL"])], { expect: bytes, ...about });
}
