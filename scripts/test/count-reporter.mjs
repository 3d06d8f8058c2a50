/**
 * A reporter for Node's test runner that says one JSON line for each test, for `npm test` to add up. Suites are left
 * out, since their tests are counted, unless they were skipped as a whole. In the lab VM the same lines come out as words
 * on the serial port.
 */

/** A name longer than this is cut: in the VM a line must fit into one word (see vm/words.mjs). */
const LONGEST_TEXT = 300;

const before = process.env.GLASSBOX_IN_VM ? "\x1eglassbox result " : "";

/** @param {AsyncIterable<{ type: string, data: Record<string, any> }>} events */
export default async function* countReporter(events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const reason = data.skip ?? data.todo;
    // Of a suite that was skipped, the tests were never heard of.
    if (data.details?.type === "suite" && reason === undefined) continue;
    const outcome = reason !== undefined ? "skip" : type === "test:pass" ? "pass" : "fail";
    const text = outcome === "fail" ? failureText(data.details?.error) : (reason ?? "no reason given");
    const told = { outcome, name: cut(data.name), reason: cut(text === true ? "no reason given" : text) };
    yield `${before}${JSON.stringify(told)}\n`;
  }
}

/** What was thrown is the cause of what the runner tells. @param {{ message?: string, cause?: unknown } | undefined} error */
function failureText(error) {
  const thrown = error?.cause instanceof Error ? error.cause.message : error?.message;
  return thrown ?? "no reason given";
}

/** @param {unknown} text */
const cut = (text) => String(text).slice(0, LONGEST_TEXT);
