/** The byte that lets a process go on which waits at a FIFO: the container's, or the plan that makes it. */
import { closeSync, constants, openSync, writeSync } from "node:fs";

/** Does not wait. @throws ENXIO when nobody reads there, ENOENT when there is no such FIFO, EPIPE when the reader ends */
export function writeToFifo(path: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    writeSync(fd, ".");
  } finally {
    closeSync(fd);
  }
}
