/**
 * One line a step, with the time it took: what a person watches while the set-up works. On a terminal the line of the
 * running step is rewritten in place; elsewhere (CI, a log) a step that takes longer says now and then what it does.
 */

/** A step that ends sooner than this is told in one line, when it has ended. */
const QUICK_MS = 300;

/** How often a terminal's line is brought up to date, and how often a log is told that a long step still works. */
const REWRITE_MS = 200;
const REPEAT_MS = 5000;

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
    let doing = "working";
    const line = () => `${seconds(Date.now() - startedMs)}  ${name}: ${doing} ...`;
    const show = () => this.#out.write(this.#out.isTTY ? `\r\x1b[K${line()}` : `${line()}\n`);
    const first = setTimeout(show, QUICK_MS);
    const again = setInterval(show, this.#out.isTTY ? REWRITE_MS : REPEAT_MS);
    const stop = () => {
      clearTimeout(first);
      clearInterval(again);
      if (this.#out.isTTY) this.#out.write("\r\x1b[K");
    };
    try {
      const done = await work((text) => {
        doing = text;
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
