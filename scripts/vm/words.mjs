/**
 * Takes the guest's serial output apart: a line that begins with the record separator is a word to us, in the form
 * `<RS>glassbox WORD text`; every other byte is the command's own output and passes through as it comes.
 */

const SEPARATOR = 0x1e;
const NEWLINE = 0x0a;

/** No word is longer; a separator in the output of a command must not make us wait for its line's end for ever. */
const LONGEST_WORD_BYTES = 4096;

export class WordReader {
  #onWord;
  #onOutput;
  /** The unfinished word, from its separator on. */
  #held = Buffer.alloc(0);

  /** @param {(word: string, text: string) => void} onWord @param {(chunk: Buffer) => void} onOutput */
  constructor(onWord, onOutput) {
    this.#onWord = onWord;
    this.#onOutput = onOutput;
  }

  /** @param {Buffer} chunk */
  take(chunk) {
    let rest = Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    while (rest.length > 0) {
      const start = rest.indexOf(SEPARATOR);
      if (start !== 0) {
        this.#onOutput(start === -1 ? rest : rest.subarray(0, start));
        if (start === -1) return;
        rest = rest.subarray(start);
      }
      const end = rest.indexOf(NEWLINE);
      if (end === -1 && rest.length < LONGEST_WORD_BYTES) {
        this.#held = rest;
        return;
      }
      const match = /^\x1eglassbox (\w+) ?(.*)$/.exec(rest.subarray(0, end).toString().trimEnd());
      if (match?.[1]) {
        this.#onWord(match[1], match[2] ?? "");
        rest = rest.subarray(end + 1);
      } else {
        this.#onOutput(rest.subarray(0, 1));
        rest = rest.subarray(1);
      }
    }
  }

  /** The guest is gone: what is held was no word. */
  end() {
    if (this.#held.length > 0) this.#onOutput(this.#held);
    this.#held = Buffer.alloc(0);
  }
}
