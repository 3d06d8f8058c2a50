/**
 * A reporter for Node's test runner that says one JSON line for each test, for `npm test` to add up. Suites are left
 * out, since their tests are counted, unless they were skipped as a whole. In the lab VM the same lines come out as words
 * on the serial port.
 */

/** A name longer than this is cut: in the VM a line must fit into one word (see vm/words.mjs). */
const LONGEST_TEXT = 300;

/** Of what a file wrote to its standard error, the end without stacks; a word has room for it, escaped as it is. */
const LAST_SAID = 500;

const before = process.env.GLASSBOX_IN_VM ? "\x1eglassbox result " : "";

/** @param {AsyncIterable<{ type: string, data: Record<string, any> }>} events */
export default async function* countReporter(events) {
  /** @type {Map<string, string>} by file */
  const said = new Map();
  for await (const { type, data } of events) {
    if (type === "test:stderr") {
      const message = data.message.replace(/^ +at .*\n/gm, "");
      said.set(data.file, `${said.get(data.file) ?? ""}${message}`.slice(-LAST_SAID));
    }
    if (type !== "test:pass" && type !== "test:fail") continue;
    const reason = data.skip ?? data.todo;
    // Of a suite that was skipped, the tests were never heard of.
    if (data.details?.type === "suite" && reason === undefined) continue;
    const outcome = reason !== undefined ? "skip" : type === "test:pass" ? "pass" : "fail";
    const error = outcome === "fail" ? data.details?.error : undefined;
    const text = cut(outcome === "fail" ? failureText(error) : reasonText(reason));
    const told = { outcome, name: cut(data.name), reason: text + endingText(error, said.get(data.name) ?? "") };
    yield `${before}${JSON.stringify(told)}\n`;
  }
}

/** What was thrown is the cause of what the runner tells. @param {{ message?: string, cause?: unknown } | undefined} error */
function failureText(error) {
  const thrown = error?.cause instanceof Error ? error.cause.message : error?.message;
  return thrown ?? "no reason given";
}

/** @param {unknown} reason */
const reasonText = (reason) => (reason === undefined || reason === true ? "no reason given" : reason);

/**
 * A file whose process ended without a word of its tests "failed" is all that the runner says; how it ended, and what it
 * said last, is where to begin.
 * @param {{ exitCode?: number | null, signal?: string | null } | undefined} error @param {string} said
 */
function endingText(error, said) {
  if (error?.exitCode === undefined) return "";
  const how = error.signal ? `by ${error.signal}` : `with exit code ${error.exitCode}`;
  return `: its process ended ${how}${said && `, and said last:\n${said}`}`;
}

/** @param {unknown} text */
const cut = (text) => String(text).slice(0, LONGEST_TEXT);
