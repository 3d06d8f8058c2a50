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
const words = new Uint32Array(buffer.buffer);

/** A copy of the answer; most who ask want one field of it. */
export class Stats {
  readonly #words = words.slice();

  get nlink(): number {
    return this.#at(16);
  }
  get uid(): number {
    return this.#at(20);
  }
  get gid(): number {
    return this.#at(24);
  }
  get mode(): number {
    return this.#at(28) & 0xffff;
  }
  get ino(): number {
    return this.#wide(32);
  }
  get size(): number {
    return this.#wide(40);
  }
  get mtimeMs(): number {
    return this.#wide(112) * 1000 + this.#at(120) / 1_000_000;
  }
  get rdev(): number {
    return deviceNumber(this.#at(128), this.#at(132));
  }
  get dev(): number {
    return deviceNumber(this.#at(136), this.#at(140));
  }

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

  #at(offset: number): number {
    return this.#words[offset / 4] as number;
  }

  /** 64 bits as a number: exact up to 2^53, as in Node. */
  #wide(offset: number): number {
    return this.#at(offset + 4) * 2 ** 32 + this.#at(offset);
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

/** Major and minor as the C library puts them into one number (makedev(3)). */
function deviceNumber(major: number, minor: number): number {
  const low = (((major & 0xfff) << 8) | (minor & 0xff)) >>> 0;
  return low + Math.floor(minor / 0x100) * 2 ** 20 + Math.floor(major / 0x1000) * 2 ** 44;
}
