/** What `stat` gives, by statx(2), whose answer has the same form on every architecture. */
import { ERRNO } from "../../src/1-kernel/abi/errno.ts";
import { MODE } from "../../src/1-kernel/abi/mode.ts";
import { OPEN } from "../../src/1-kernel/abi/open.ts";
import { checkPath, systemError } from "./errors.ts";
import { kernel } from "./system.ts";

/** linux/stat.h: STATX_BASIC_STATS, and the size of `struct statx`. */
const BASIC_STATS = 0x7ff;
const STATX_BYTES = 256;

const buffer = new Uint8Array(STATX_BYTES);
const fields = new DataView(buffer.buffer);

export class Stats {
  readonly nlink = fields.getUint32(16, true);
  readonly uid = fields.getUint32(20, true);
  readonly gid = fields.getUint32(24, true);
  readonly mode = fields.getUint16(28, true);
  readonly ino = wide(32);
  readonly size = wide(40);
  readonly mtimeMs = wide(112) * 1000 + fields.getUint32(120, true) / 1_000_000;
  readonly rdev = deviceNumber(128);
  readonly dev = deviceNumber(136);

  isFile(): boolean {
    return this.#is(MODE.S_IFREG);
  }
  isDirectory(): boolean {
    return this.#is(MODE.S_IFDIR);
  }
  isSymbolicLink(): boolean {
    return this.#is(MODE.S_IFLNK);
  }
  isFIFO(): boolean {
    return this.#is(MODE.S_IFIFO);
  }
  isSocket(): boolean {
    return this.#is(MODE.S_IFSOCK);
  }
  isBlockDevice(): boolean {
    return this.#is(MODE.S_IFBLK);
  }
  isCharacterDevice(): boolean {
    return this.#is(MODE.S_IFCHR);
  }

  #is(kind: number): boolean {
    return (this.mode & MODE.S_IFMT) === kind;
  }
}

interface IfThere {
  throwIfNoEntry?: boolean;
}

export function statSync(path: string, options?: IfThere): Stats | undefined {
  return statAt("stat", path, 0, options);
}

export function lstatSync(path: string, options?: IfThere): Stats | undefined {
  return statAt("lstat", path, OPEN.AT_SYMLINK_NOFOLLOW, options);
}

export function fstatSync(fd: number): Stats {
  const result = kernel("statx", fd, "", OPEN.AT_EMPTY_PATH, BASIC_STATS, buffer);
  if (result < 0) throw systemError(-result, "fstat");
  return new Stats();
}

function statAt(call: string, path: string, flags: number, { throwIfNoEntry = true }: IfThere = {}): Stats | undefined {
  const result = kernel("statx", OPEN.AT_FDCWD, checkPath(path), flags, BASIC_STATS, buffer);
  if (result === 0) return new Stats();
  if (!throwIfNoEntry && result === -ERRNO.ENOENT) return undefined;
  throw systemError(-result, call, path);
}

/** 64 bits as a number: exact up to 2^53, as in Node. */
function wide(offset: number): number {
  return fields.getUint32(offset + 4, true) * 2 ** 32 + fields.getUint32(offset, true);
}

/** Major and minor as the C library puts them into one number (makedev(3)). */
function deviceNumber(offset: number): number {
  const [major, minor] = [fields.getUint32(offset, true), fields.getUint32(offset + 4, true)];
  const low = (((major & 0xfff) << 8) | (minor & 0xff)) >>> 0;
  return low + Math.floor(minor / 0x100) * 2 ** 20 + Math.floor(major / 0x1000) * 2 ** 44;
}
