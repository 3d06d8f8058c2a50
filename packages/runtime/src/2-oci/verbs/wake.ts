/** The byte that sets a waiting container off. */
import { unlinkSync } from "node:fs";
import { GlassboxError } from "../../0-base/mod.ts";
import { writeToFifo } from "./write-to-fifo.ts";

/**
 * Does not wait: a FIFO that nobody reads means that the container's process has died. Killed before the end of this, it
 * leaves a FIFO that nobody reads beside a running container, which `statusOf` knows.
 * @throws GlassboxError failed precondition when nobody reads there
 */
export function wake(fifo: string, id: string): void {
  try {
    writeToFifo(fifo);
  } catch (cause) {
    throw new GlassboxError(
      "failed precondition",
      `cannot start container "${id}": its process ended before it was started`,
      { cause },
    );
  }
  unlinkSync(fifo);
}
