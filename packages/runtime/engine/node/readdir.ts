/** Directories, by getdents64(2). */
import { OPEN } from "../../src/1-kernel/abi/open.ts";
import { checkPath, systemError } from "./errors.ts";
import { kernel } from "./system.ts";

const ENTRIES_BYTES = 32 * 1024;

/** `d_type` of a directory (dirent.h). */
const DT_DIR = 4;

/** Of Node's, what is asked for. On the file systems of the kernel's own, each entry says of which kind it is. */
export interface Dirent {
  name: string;
  isDirectory(): boolean;
}

export function readdirSync(path: string, options?: undefined): string[];
export function readdirSync(path: string, options: { withFileTypes: true }): Dirent[];
export function readdirSync(path: string, options?: { withFileTypes: true }): string[] | Dirent[] {
  const flags = OPEN.O_RDONLY | OPEN.O_DIRECTORY | OPEN.O_CLOEXEC;
  const fd = kernel("openat", OPEN.AT_FDCWD, checkPath(path), flags);
  if (fd < 0) throw systemError(-fd, "scandir", path);
  const entries: Dirent[] = [];
  try {
    const buffer = new Uint8Array(ENTRIES_BYTES);
    for (;;) {
      const got = kernel("getdents64", fd, buffer, ENTRIES_BYTES);
      if (got < 0) throw systemError(-got, "scandir", path);
      if (got === 0) break;
      addEntries(buffer.subarray(0, got), entries);
    }
  } finally {
    kernel("close", fd);
  }
  return options ? entries : entries.map(({ name }) => name);
}

/** `struct linux_dirent64`: 8 bytes inode, 8 offset, 2 length of the entry, 1 kind, then the name up to a zero byte. */
function addEntries(buffer: Uint8Array, entries: Dirent[]): void {
  for (let start = 0; start < buffer.length; ) {
    const name = text(buffer, start + 19, buffer.indexOf(0, start + 19));
    const kind = buffer[start + 18];
    if (name !== "." && name !== "..") entries.push({ name, isDirectory: () => kind === DT_DIR });
    start += (buffer[start + 16] ?? 0) + 256 * (buffer[start + 17] ?? 0);
  }
}
