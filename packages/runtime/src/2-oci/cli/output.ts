/**
 * Writing to standard output and error by descriptor. Bun's `process.stdout` costs more to load than planning a
 * container, and what the runtime prints is short.
 */
import { writeSync } from "node:fs";

/** @returns whether somebody still reads: false when the pipe's other end is closed */
export function print(text: string): boolean {
  return writeAll(1, text);
}

export function printError(text: string): void {
  writeAll(2, text);
}

function writeAll(fd: number, text: string): boolean {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      // A reader that has gone wants no more; one that is slow, on a pipe that does not block, gets a moment.
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  return true;
}
