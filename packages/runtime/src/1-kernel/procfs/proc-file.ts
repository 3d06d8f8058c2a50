/**
 * Reading procfs and cgroupfs from a process that watches others: whatever is read may be gone, or none of our
 * business, between two calls. That is normal here and answered with `undefined`, never an error.
 * The parsers of the single files stand beside this one, each pure over text.
 */
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";

/** Gone (ENOENT, ESRCH, ENODEV for a removed cgroup's file), not ours (EACCES, EPERM), or not that kind of thing. */
const EXPECTED = new Set(["ENOENT", "ESRCH", "ENODEV", "EACCES", "EPERM", "ENOTDIR", "EINVAL", "EOPNOTSUPP"]);

/** A runaway file must not fill the agent's memory; the largest real one, a mountinfo of 10,000 lines, has 2 MB. */
const FILE_MAX_BYTES = 16 * 1024 * 1024;

/** Most files fit; it grows to the largest there was, mountinfo on a host with many containers. */
let buffer = Buffer.alloc(64 * 1024);

/**
 * The whole text of a small kernel file, or undefined when it is gone or not readable.
 * Synchronous, because a read of procfs never waits for a disk, takes some 10 microseconds, and costs a multiple of that through
 * the thread pool; and without `fstat`, because these files have no size.
 */
export function readProcFile(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    // However much is asked for, most of these files give about a page a time: only an empty read is the end.
    for (let length = 0; ; ) {
      const got = readSync(fd, buffer, length, buffer.length - length, null);
      length += got;
      if (got === 0 || length >= FILE_MAX_BYTES) return buffer.toString("utf8", 0, length);
      if (length === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
    }
  } catch (thrown) {
    return undefinedWhenGone(thrown);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Target of a link such as `/proc/PID/root`, or undefined when it is gone or not readable. */
export function readProcLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (thrown) {
    return undefinedWhenGone(thrown);
  }
}

/** Names in a directory such as `/proc/PID/fd`; empty when it is gone or not readable. */
export function listProcDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (thrown) {
    return undefinedWhenGone(thrown) ?? [];
  }
}

/** Every process now, as host pids in ascending order. */
export function listPids(): number[] {
  const pids: number[] = [];
  for (const name of listProcDirectory("/proc")) {
    const pid = Number(name);
    if (Number.isInteger(pid) && pid > 0) pids.push(pid);
  }
  return pids.sort((a, b) => a - b);
}

function undefinedWhenGone(thrown: unknown): undefined {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (EXPECTED.has(code)) return undefined;
  throw thrown;
}
