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
    const refusal = thrown instanceof Refusal ? thrown : diskRefusal(thrown);
    if (!refusal) throw thrown;
    console.error(`\n${refusal.message}.\n${refusal.hint}.`);
    process.exitCode = 1;
  }
}

const diskTroubles = {
  EACCES: "Run as the user whom the checkout belongs to, or as root",
  EPERM: "Run as the user whom the checkout belongs to, or as root",
  EROFS: "Use a checkout that can be written to",
  ENOSPC: "Make room: npm packages, the page and system packages take some 2 GB",
};

/** What a full or closed disk says, wherever it says it. @param {unknown} thrown @returns {Refusal | undefined} */
function diskRefusal(thrown) {
  const { code, path: file, syscall } = /** @type {NodeJS.ErrnoException} */ (thrown) ?? {};
  const hint = diskTroubles[code ?? ""];
  if (!hint || !file) return undefined;
  return new Refusal(`Cannot ${syscall} "${file}": ${code}`, hint, { cause: thrown });
}
