/**
 * Files and descriptors. Opening always sets close-on-exec, so that nothing of ours leaks into what is executed later
 * (CVE-2024-21626); paths inside a container's root go through `openat2` with RESOLVE_IN_ROOT, so that no symlink of an
 * image leads out of it.
 */
import { type ConstantsOf, fileMode, flags, written } from "../plan/constants.ts";
import type { Arg, NumberArg, Op, ResultArg, StructArg, TemplateArg } from "../plan/plan.ts";
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
} from "./op.ts";

export type OpenFlag = ConstantsOf<"O_">;
export type ResolveFlag = ConstantsOf<"RESOLVE_">;

/** Open with the kernel's guard rails for path lookup (man 2 openat2). `mode` only with O_CREAT. */
export function openat2(
  call: {
    directory: Directory;
    path: Path;
    flags: readonly OpenFlag[];
    mode?: number;
    resolve?: readonly ResolveFlag[];
  },
  about: About,
): Op {
  const how = openHow(flags(closeOnExec(call.flags)), call.mode, call.resolve && flags(call.resolve));
  return op("openat2", [directory(call.directory), path(call.path), how, OPEN_HOW_BYTES], about);
}

const OPEN_HOW_BYTES = number(structSize("open_how"));
/** A plan opens some fifty paths in three ways; there are not many more, since what calls this names them. */
const ways = new Map<string, StructArg>();

function openHow(how: NumberArg, mode: number | undefined, resolve: NumberArg | undefined): StructArg {
  if (mode !== undefined) return struct("open_how", { flags: how, mode: fileMode(mode), resolve });
  const name = resolve === undefined ? `${how.text}` : `${how.text} ${resolve.text}`;
  let way = ways.get(name);
  if (way === undefined) {
    way = struct("open_how", { flags: how, resolve });
    ways.set(name, way);
  }
  return way;
}

/** Open a path that is trusted: our own files, procfs, devices of the host. */
export function openat(
  call: { directory: Directory; path: Path; flags: readonly OpenFlag[]; mode?: number },
  about: About,
): Op {
  const mode = call.mode === undefined ? [] : [fileMode(call.mode)];
  return op("openat", [directory(call.directory), path(call.path), flags(closeOnExec(call.flags)), ...mode], about);
}

export function mkdirat(call: { directory: Directory; path: Path; mode: number }, about: About): Op {
  return op("mkdirat", [directory(call.directory), path(call.path), fileMode(call.mode)], about);
}

/** Make a device, FIFO, socket or empty file. `device` is major and minor, for S_IFCHR and S_IFBLK. */
export function mknodat(
  call: {
    directory: Directory;
    path: Path;
    type: "S_IFCHR" | "S_IFBLK" | "S_IFIFO" | "S_IFREG" | "S_IFSOCK";
    mode: number;
    device?: { major: number; minor: number };
  },
  about: About,
): Op {
  const mode = written(`${call.type}|0${call.mode.toString(8)}`);
  const device = call.device ? written(`makedev(${call.device.major},${call.device.minor})`) : number(0);
  return op("mknodat", [directory(call.directory), path(call.path), mode, device], about);
}

export function symlinkat(call: { target: string; directory: Directory; path: Path }, about: About): Op {
  return op("symlinkat", [path(call.target), directory(call.directory), path(call.path)], about);
}

/** Remove a name; with AT_REMOVEDIR an empty directory. */
export function unlinkat(
  call: { directory: Directory; path: Path; flags: readonly "AT_REMOVEDIR"[] },
  about: About,
): Op {
  return op("unlinkat", [directory(call.directory), path(call.path), flags(call.flags)], about);
}

/** Follows symlinks: use it only where the directory is ours. */
export function fchmodat(call: { directory: Directory; path: Path; mode: number }, about: About): Op {
  return op("fchmodat", [directory(call.directory), path(call.path), fileMode(call.mode)], about);
}

export function fchown(call: { fd: Descriptor; uid: number; gid: number }, about: About): Op {
  return op("fchown", [number(call.fd), number(call.uid), number(call.gid)], about);
}

/** Give a file an attribute with a name and a value (man 7 xattr), or change it. */
export function setxattr(call: { path: Path; name: string; value: string }, about: About): Op {
  const value = { kind: "string" as const, value: call.value };
  return op("setxattr", [path(call.path), path(call.name), value, { kind: "length", of: 2 }, number(0)], about);
}

export function fchownat(
  call: {
    directory: Directory;
    path: Path;
    uid: number;
    gid: number;
    flags: readonly ("AT_SYMLINK_NOFOLLOW" | "AT_EMPTY_PATH")[];
  },
  about: About,
): Op {
  const owner = [number(call.uid), number(call.gid)];
  return op("fchownat", [directory(call.directory), path(call.path), ...owner, flags(call.flags)], about);
}

/** Copy `count` bytes from one file to another within the kernel (man 2 sendfile). */
export function sendfile(call: { to: Descriptor; from: Descriptor; count: number }, about: About): Op {
  return op("sendfile", [number(call.to), number(call.from), nothing, number(call.count)], about);
}

/** Write all of `data`; writing less ends the plan, because kernel files take a value whole or not at all. */
export function write(call: { fd: Descriptor; data: string | TemplateArg }, about: About): Op {
  const { data } = call;
  const length: Arg = typeof data === "string" ? number(Buffer.byteLength(data)) : { kind: "length", of: 1 };
  const expect = typeof data === "string" ? Buffer.byteLength(data) : undefined;
  return op("write", [number(call.fd), path(data), length], { expect, ...about });
}

/** Write an earlier result as the four bytes that `read` with `count: 4` makes a number of again. */
export function writeNumber(call: { fd: Descriptor; value: ResultArg }, about: About): Op {
  return op("write", [number(call.fd), struct("int", { value: call.value }), number(structSize("int"))], {
    expect: structSize("int"),
    ...about,
  });
}

/**
 * Read up to four bytes into the result `into`, as a little-endian integer: waiting for a byte on a pipe. Reading
 * fewer bytes than `count` (1 when left out) ends the plan: the other end is gone.
 */
export function read(call: { fd: Descriptor; into: string; count?: 1 | 2 | 3 | 4 }, about: About): Op {
  const count = call.count ?? 1;
  return op("read", [number(call.fd), { kind: "out", names: [call.into] }, number(count)], { expect: count, ...about });
}

/** A pipe: bytes written to the descriptor `into` come out of `from`. Both are close-on-exec. */
export function pipe2(call: { from: string; into: string }, about: About): Op {
  return op("pipe2", [{ kind: "out", names: [call.from, call.into] }, flags(["O_CLOEXEC"])], about);
}

export function close(call: { fd: Descriptor }, about: About): Op {
  return op("close", [number(call.fd)], about);
}

/** Make `to` mean what `from` means. Kept across exec unless O_CLOEXEC is given: this is how stdio is put in place. */
export function dup3(call: { from: Descriptor; to: number; flags: readonly "O_CLOEXEC"[] }, about: About): Op {
  return op("dup3", [number(call.from), number(call.to), flags(call.flags)], about);
}

/** Close every descriptor from `first` to `last`, both included; without `last` to the highest there can be. */
export function closeRange(call: { first: number; last?: number }, about: About): Op {
  return op("close_range", [number(call.first), lastOf(call), number(0)], about);
}

/** Mark them close-on-exec instead, so that the next `execve` closes them. */
export function closeRangeOnExec(call: { first: number; last?: number }, about: About): Op {
  return op("close_range", [number(call.first), lastOf(call), flags(["CLOSE_RANGE_CLOEXEC"])], about);
}

function lastOf({ last }: { last?: number }): Arg {
  return last === undefined ? written("0xffffffff") : number(last);
}

export function chdir(call: { path: Path }, about: About): Op {
  return op("chdir", [path(call.path)], about);
}

export function fchdir(call: { fd: Descriptor }, about: About): Op {
  return op("fchdir", [number(call.fd)], about);
}

export function chroot(call: { path: Path }, about: About): Op {
  return op("chroot", [path(call.path)], about);
}

function closeOnExec(given: readonly OpenFlag[]): readonly OpenFlag[] {
  return given.includes("O_CLOEXEC") ? given : [...given, "O_CLOEXEC"];
}
