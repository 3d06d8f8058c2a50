/** The byte that sets a waiting container off. */
import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { GlassboxError } from "../../0-base/mod.ts";

/** Does not wait: a FIFO that nobody reads means that the container's process has died. */
export function wake(fifo: string, id: string): void {
  let fd: number;
  try {
    fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new GlassboxError(
      "failed precondition",
      `cannot start container "${id}": its process ended before it was started`,
      { cause },
    );
  }
  try {
    writeSync(fd, ".");
  } finally {
    closeSync(fd);
  }
  unlinkSync(fifo);
}
