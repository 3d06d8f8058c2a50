/**
 * Settings that belong to a namespace: host name and domain name, sysctls, the loopback interface. They are made through
 * the host's own /proc before the root is left, since a /proc inside the container is not to be trusted (CVE-2025-52881).
 */
import { close, type Op, openat, result, setdomainname, sethostname, write } from "../../1-kernel/mod.ts";
import { escapePointer } from "../spec/shape.ts";
import { namespaceOf, type Planning } from "./planning.ts";

export function planNames({ config }: Planning): Op[] {
  const ops: Op[] = [];
  if (config.hostname) {
    ops.push(
      sethostname(
        { name: config.hostname },
        { why: "Name the machine as the container sees it; the host's uts namespace keeps its own", from: "/hostname" },
      ),
    );
  }
  if (config.domainname) {
    ops.push(
      setdomainname(
        { name: config.domainname },
        { why: "Set the NIS domain name of the container's uts namespace", from: "/domainname" },
      ),
    );
  }
  return ops;
}

export function planSysctls(planning: Planning): Op[] {
  return Object.entries(planning.config.linux?.sysctl ?? {}).flatMap(([key, value]) => {
    const from = `/linux/sysctl/${escapePointer(key)}`;
    const fd = planning.name(key);
    // As sysctl(8): whichever of "." and "/" comes first separates, so that names with dots can be written.
    const path = /^[^.]*\//.test(key) ? key : key.replace(/[./]/g, (sign) => (sign === "." ? "/" : "."));
    return [
      openat(
        { directory: "AT_FDCWD", path: `/proc/sys/${path}`, flags: ["O_WRONLY"] },
        { why: `Open the setting ${key} as this process's namespaces have it`, from, result: fd },
      ),
      write({ fd: result(fd), data: value }, { why: `Set ${key} to "${value}" for the container alone`, from }),
      close({ fd: result(fd) }, { why: "Done with it", from }),
    ];
  });
}

/** `SIOCSIFFLAGS` and the flags `IFF_UP|IFF_RUNNING` (man 7 netdevice); `struct ifreq` is 40 bytes, name first. */
const SIOCSIFFLAGS = 0x8914;
const IFREQ_BYTES = 40;
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 0x80002;
const IFF_UP_RUNNING = 0x41;

/** A new network namespace has a loopback interface that is down, and programs expect 127.0.0.1 to answer. */
export function planLoopback(planning: Planning): Op[] {
  const network = namespaceOf(planning, "network");
  if (!network || network.path) return [];
  const request = new Uint8Array(IFREQ_BYTES);
  request.set(new TextEncoder().encode("lo"));
  new DataView(request.buffer).setUint16(16, IFF_UP_RUNNING, true);
  const { from } = network;
  return [
    {
      call: "socket",
      args: [
        { kind: "number", value: AF_INET },
        { kind: "number", value: SOCK_DGRAM_CLOEXEC },
        { kind: "number", value: 0 },
      ],
      why: "A socket to speak about network interfaces through",
      from,
      result: "interfaces",
    },
    {
      call: "ioctl",
      args: [
        result("interfaces"),
        { kind: "number", value: SIOCSIFFLAGS, text: "0x8914" },
        { kind: "bytes", value: request, text: "ifreq lo: up, running" },
      ],
      why: "Bring the loopback interface up: a new network namespace has nothing else",
      from,
    },
    close({ fd: result("interfaces") }, { why: "Done with it", from }),
  ];
}
