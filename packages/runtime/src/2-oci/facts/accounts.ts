/** Users by name, as a root's own /etc/passwd has them: the container's for its home directory, the machine's for an owner. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolveInRoot } from "./in-root.ts";

/** Name and home directory of a uid in a root's /etc/passwd (man 5 passwd). */
export function userIn(root: string, uid: number): { name: string; home: string } | undefined {
  const entry = readAccounts(root)
    .split("\n")
    .map((line) => line.split(":"))
    .find(([, , id]) => id === String(uid));
  return entry && { name: entry[0] ?? "", home: entry[5] || "/" };
}

/** A list of users is some kilobytes; in a directory service's export perhaps some megabytes. */
const ACCOUNTS_MAX_BYTES = 16 << 20;

/**
 * The file is the container's: only a plain file of sensible size is read. A FIFO would hold the runtime up for ever, and
 * a device without end would fill its memory.
 */
function readAccounts(root: string): string {
  let fd: number | undefined;
  try {
    const path = resolveInRoot(root, "/etc/passwd");
    if (path === undefined) return "";
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW | constants.O_NOCTTY);
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > ACCOUNTS_MAX_BYTES) return "";
    const bytes = Buffer.alloc(stat.size);
    return bytes.toString("utf8", 0, readSync(fd, bytes));
  } catch {
    return "";
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
