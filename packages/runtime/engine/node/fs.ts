/** `node:fs`, in so far as the runtime asks for it: each function one or a few system calls. */
import { ERRNO } from "../../src/1-kernel/abi/errno.ts";
import { OPEN } from "../../src/1-kernel/abi/open.ts";
import { Buffer } from "./buffer.ts";
import { checkPath, systemError } from "./errors.ts";
import { readdirSync } from "./readdir.ts";
import { fstatSync, lstatSync, statSync } from "./stat.ts";
import { type Call, kernel } from "./system.ts";

export type { Stats } from "./stat.ts";
export { fstatSync, lstatSync, readdirSync, statSync };

/** What access(2) is asked for, of POSIX, with the flags of open(2). */
export const constants = { ...OPEN, F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 };

const { AT_FDCWD, O_CLOEXEC, O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_EXCL, O_PATH } = OPEN;
const READ_BYTES = 64 * 1024;
/** PATH_MAX of linux/limits.h */
const PATH_BYTES = 4096;

const FLAGS: Record<string, number> = {
  r: O_RDONLY,
  "r+": O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_TRUNC | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
};

interface Writing {
  mode?: number;
  flag?: string;
}

function must(result: number, call: string, ...paths: string[]): number {
  if (result < 0) throw systemError(-result, call, ...paths);
  return result;
}

/** A call that takes a directory and a path in it, which here is always any path. */
function atPath(call: Call, name: string, path: string, ...rest: number[]): void {
  must(kernel(call, AT_FDCWD, checkPath(path), ...rest), name, path);
}

export function openSync(path: string, flags: number | string = "r", mode = 0o666): number {
  const bits = typeof flags === "number" ? flags : FLAGS[flags];
  if (bits === undefined) throw new TypeError(`The flags '${flags}' are not known here`);
  return must(kernel("openat", AT_FDCWD, checkPath(path), bits | O_CLOEXEC, mode), "open", path);
}

export function closeSync(fd: number): void {
  must(kernel("close", fd), "close");
}

export function readSync(fd: number, into: Uint8Array, offset = 0, length = into.length - offset, _?: null): number {
  return must(kernel("read", fd, into.subarray(offset, offset + length), length), "read");
}

export function writeSync(fd: number, data: Uint8Array | string): number {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  return must(kernel("write", fd, bytes, bytes.length), "write");
}

/** For whatever is read next: a dozen files in each process, almost all of them short. */
const reading = Buffer.alloc(READ_BYTES);

export function readFileSync(file: string | number, encoding: "utf8"): string {
  if (encoding !== "utf8") throw new TypeError(`The encoding '${encoding}' is not known here`);
  const fd = typeof file === "number" ? file : openSync(file);
  try {
    let buffer = reading;
    for (let length = 0; ; ) {
      const got = readSync(fd, buffer, length);
      length += got;
      if (got === 0) return buffer.toString("utf8", 0, length);
      if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * length);
    }
  } finally {
    if (fd !== file) closeSync(fd);
  }
}

export function writeFileSync(file: string | number, data: Uint8Array | string, options: Writing = {}): void {
  const fd = typeof file === "number" ? file : openSync(file, options.flag ?? "w", options.mode);
  try {
    // An empty text is written too, once: to a kernel file it may mean something.
    let rest = typeof data === "string" ? Buffer.from(data) : data;
    do rest = rest.subarray(writeSync(fd, rest));
    while (rest.length > 0);
  } finally {
    if (fd !== file) closeSync(fd);
  }
}

export function appendFileSync(path: string, data: string): void {
  writeFileSync(path, data, { flag: "a" });
}

export function accessSync(path: string, mode: number = constants.F_OK): void {
  atPath("faccessat", "access", path, mode);
}

export function existsSync(path: string): boolean {
  return !path.includes("\0") && kernel("faccessat", AT_FDCWD, path, constants.F_OK) === 0;
}

export function mkdirSync(path: string, { recursive = false, mode = 0o777 } = {}): void {
  const result = kernel("mkdirat", AT_FDCWD, checkPath(path), mode);
  if (result === 0 || (recursive && statSync(path, { throwIfNoEntry: false })?.isDirectory())) return;
  const error = systemError(-result, "mkdir", path);
  const parent = path.replace(/\/+[^/]*\/*$/, "");
  if (!recursive || (error as NodeJS.ErrnoException).code !== "ENOENT" || parent === "" || parent === path) throw error;
  mkdirSync(parent, { recursive, mode });
  atPath("mkdirat", "mkdir", path, mode);
}

export function rmdirSync(path: string): void {
  atPath("unlinkat", "rmdir", path, OPEN.AT_REMOVEDIR);
}

export function unlinkSync(path: string): void {
  atPath("unlinkat", "unlink", path, 0);
}

export function rmSync(path: string, { recursive = false, force = false } = {}): void {
  const stat = lstatSync(path, { throwIfNoEntry: !force });
  if (!stat) return;
  if (stat.isDirectory()) {
    if (!recursive) throw systemError(ERRNO.EISDIR, "rm", path);
    for (const name of readdirSync(path)) rmSync(`${path}/${name}`, { recursive, force });
    rmdirSync(path);
  } else unlinkSync(path);
}

export function renameSync(from: string, to: string): void {
  must(kernel("renameat2", AT_FDCWD, checkPath(from), AT_FDCWD, checkPath(to), 0), "rename", from, to);
}

export function symlinkSync(target: string, path: string): void {
  must(kernel("symlinkat", checkPath(target), AT_FDCWD, checkPath(path)), "symlink", target, path);
}

export function chmodSync(path: string, mode: number): void {
  atPath("fchmodat", "chmod", path, mode);
}

export function readlinkSync(path: string): string {
  const length = must(kernel("readlinkat", AT_FDCWD, checkPath(path), reading, PATH_BYTES), "readlink", path);
  return reading.toString("utf8", 0, length);
}

/** The kernel says where a descriptor is, and so resolves every link on the way. */
export function realpathSync(path: string): string {
  const fd = must(kernel("openat", AT_FDCWD, checkPath(path), O_PATH | O_CLOEXEC), "lstat", path);
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}
