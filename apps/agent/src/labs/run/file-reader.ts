/**
 * The one place where checks touch files: small, bounded, synchronous reads that never follow a link in the last part of
 * the path and never wait. As a process sees it means below `/proc/PID/root`, which also shows that process's mounts.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { FileFacts, FileReader } from "../check/kernel-view.ts";

const TEXT_MAX_BYTES = 256 * 1024;
/** Nothing else is done meanwhile; on a machine that stands still a program takes seconds to start. */
const NSENTER_TIMEOUT_MS = 5000;

export function fileReader(workDir: string): FileReader {
  return (path, pid) => {
    const absolute = isAbsolute(path) ? path : join(workDir, path);
    if (pid === undefined || pid === process.pid) return factsOf(absolute, absolute);
    // What /proc/sysvipc shows depends on who reads, not on whose /proc it is: only a process in that namespace can tell.
    if (absolute.startsWith("/proc/sysvipc/")) return { path, exists: true, text: readInIpcNamespace(absolute, pid) };
    return factsOf(`/proc/${pid}/root${absolute}`, absolute);
  };
}

function factsOf(place: string, path: string): FileFacts {
  let stat: Stats;
  try {
    stat = lstatSync(place);
  } catch {
    return { path, exists: false };
  }
  const text = stat.isFile() ? readText(place) : undefined;
  return {
    path,
    exists: true,
    type: typeOf(stat),
    size: stat.size,
    mode: (stat.mode & 0o7777).toString(8).padStart(4, "0"),
    uid: stat.uid,
    device: `${stat.rdev >> 8}:${stat.rdev & 0xff}`,
    ...(text === undefined ? {} : { text }),
  };
}

function typeOf(stat: Stats): NonNullable<FileFacts["type"]> {
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symbolic link";
  if (stat.isCharacterDevice()) return "character device";
  if (stat.isBlockDevice()) return "block device";
  if (stat.isFIFO()) return "fifo";
  return stat.isSocket() ? "socket" : "file";
}

function readText(place: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(fd).isFile()) return undefined;
    const buffer = Buffer.alloc(TEXT_MAX_BYTES);
    let length = 0;
    for (let got = -1; got !== 0 && length < TEXT_MAX_BYTES; length += got) {
      got = readSync(fd, buffer, length, TEXT_MAX_BYTES - length, null);
    }
    return buffer.toString("utf8", 0, length);
  } catch {
    return undefined; // gone or unreadable between two calls
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readInIpcNamespace(path: string, pid: number): string {
  try {
    const args = ["--target", String(pid), "--ipc", "cat", path];
    return execFileSync("nsenter", args, {
      encoding: "utf8",
      timeout: NSENTER_TIMEOUT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return ""; // the process has just ended
  }
}
