/**
 * Why the set-up cannot go on, in words for the person at the keyboard: one sentence that says what stands in the way
 * and one that says what to do. Anything else that is thrown is a mistake of ours and keeps its stack.
 */
export class Refusal extends Error {
  /**
   * @param {string} message what could not be done and why, without a full stop
   * @param {string} hint what to do about it, without a full stop
   * @param {{ cause?: unknown }} [details]
   */
  constructor(message, hint, details = {}) {
    super(message, details);
    this.name = "Refusal";
    this.hint = hint;
  }
}

/**
 * Run a script's main function and turn what it throws into words and an exit code.
 * @param {() => Promise<number | undefined>} main returns the exit code, 0 when undefined
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    console.error(`\n${thrown.message}.\n${thrown.hint}.`);
    process.exitCode = 1;
  }
}
