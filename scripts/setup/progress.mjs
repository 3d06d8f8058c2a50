/**
 * One line a step, with the time it took: what a person watches while the set-up works. On a terminal the line of the
 * running step is rewritten in place; elsewhere (CI, a log) a step that takes longer than a moment says so when it starts.
 */

/** A step that ends sooner than this is told in one line, when it has ended. */
const QUICK_MS = 300;

/** @typedef {(text: string) => void} Say what a running step is busy with right now */

export class Progress {
  #out;
  #startedMs = Date.now();

  /** @param {NodeJS.WriteStream} out */
  constructor(out = process.stdout) {
    this.#out = out;
  }

  /**
   * @template T
   * @param {string} name
   * @param {(say: Say) => Promise<string>} work answers what it did, for the step's line
   */
  async step(name, work) {
    const startedMs = Date.now();
    let doing = "";
    const announce = () => this.#out.write(`${seconds(Date.now() - startedMs)}  ${name}: ${doing || "working"} ...\n`);
    const rewrite = () =>
      this.#out.write(`\r\x1b[K${seconds(Date.now() - startedMs)}  ${name}: ${doing || "working"} ...`);
    const timer = this.#out.isTTY ? setInterval(rewrite, 200) : setTimeout(announce, QUICK_MS);
    const stop = () => {
      clearInterval(timer);
      if (this.#out.isTTY) this.#out.write("\r\x1b[K");
    };
    try {
      const done = await work((text) => {
        doing = text;
        if (!this.#out.isTTY && Date.now() - startedMs > QUICK_MS) announce();
      });
      stop();
      this.#out.write(`${seconds(Date.now() - startedMs)}  ${name}: ${done}\n`);
    } catch (thrown) {
      stop();
      this.#out.write(`${seconds(Date.now() - startedMs)}  ${name}: failed\n`);
      throw thrown;
    }
  }

  /** Milliseconds since the first step began. */
  elapsedMs() {
    return Date.now() - this.#startedMs;
  }
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}
