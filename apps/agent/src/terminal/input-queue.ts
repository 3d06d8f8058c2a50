/**
 * What was typed and the shell has not taken yet. A pty takes only about 4 KB ahead of the program reading it, so a
 * paste into a busy program has to wait somewhere: here, with a bound, and without node-pty's own writer, which asks the
 * kernel again on every turn of the event loop and so burns a core while it waits.
 */
import { writeSync } from "node:fs";
import { GlassboxError } from "@glassbox/runtime/base";

/** A few of the longest inputs the protocol allows; who pastes more than this into a stuck program gets an error. */
const QUEUE_MAX_BYTES = 1024 * 1024;
/** How long to leave a full pty alone. Short enough that nobody who types notices. */
const RETRY_AFTER_MS = 5;

/** Ctrl-C, as the terminal's line discipline knows it (man 3 termios, VINTR). */
export const CTRL_C = "\x03";

export class InputQueue {
  readonly #fd: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  /** `fd` is the pty's master side, non-blocking; close this before the descriptor. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Hand input to the shell, in order. A lone Ctrl-C overtakes and discards what waits, as the kernel itself does with
   * unread input when it turns Ctrl-C into SIGINT; otherwise it would be stuck behind the paste it is meant to end.
   * @throws GlassboxError "resource exhausted" when more than 1 MB would wait
   */
  push(data: string): void {
    if (this.#closed || data === "") return;
    const bytes = Buffer.from(data);
    if (data === CTRL_C) this.#discardWaiting();
    if (this.#waitingBytes + bytes.length > QUEUE_MAX_BYTES) {
      throw new GlassboxError(
        "resource exhausted",
        `Cannot take ${bytes.length} more bytes of input: ${this.#waitingBytes} are waiting, and at most ${QUEUE_MAX_BYTES} may`,
        { hint: "The program in the terminal is not reading; press Ctrl-C to end it" },
      );
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (!this.#retry) this.#writeOut();
  }

  /** True while the kernel takes no more, because the program in the terminal does not read. */
  get stuck(): boolean {
    return this.#retry !== undefined;
  }

  /** Forget what waits and write no more. */
  close(): void {
    this.#closed = true;
    this.#discardWaiting();
  }

  #discardWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #writeOut(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const written = this.#write(next);
      if (written === "gone") {
        this.close();
        return;
      }
      this.#waitingBytes -= written;
      if (written === next.length) {
        this.#waiting.shift();
        continue;
      }
      this.#waiting[0] = next.subarray(written);
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        this.#writeOut();
      }, RETRY_AFTER_MS);
      return;
    }
  }

  /** How many bytes the kernel took; "gone" when nobody holds the other side any more (EIO). */
  #write(bytes: Buffer): number | "gone" {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EAGAIN" ? 0 : "gone";
    }
  }
}
