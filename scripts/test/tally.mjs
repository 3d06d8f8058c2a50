/**
 * Adds up what several test runners counted, and keeps what was skipped with the reason: a machine that cannot run a
 * test must say so at the end, or a green line would promise more than was tried.
 */

export class Tally {
  passed = 0;
  /** @type {{ name: string, reason: string }[]} */
  failed = [];
  /** @type {{ name: string, reason: string }[]} */
  skipped = [];

  /** @param {string} name */
  pass(name) {
    if (name) this.passed += 1;
  }

  /** @param {string} name @param {string} [reason] what was found; told again at the end, far from where it was printed */
  fail(name, reason = "") {
    this.failed.push({ name, reason });
  }

  /** @param {string} name @param {string} reason */
  skip(name, reason) {
    this.skipped.push({ name, reason });
  }

  /** Nothing failed, and something ran: a run without tests proves nothing. */
  get isGood() {
    return this.failed.length === 0 && this.passed > 0;
  }

  /** @returns {string} the list of what did not run or failed, and one plain line with the sums */
  report() {
    const byReason = new Map();
    for (const { name, reason } of this.skipped) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
    return [
      ...(this.skipped.length > 0 ? ["Skipped:"] : []),
      ...[...byReason].map(([reason, names]) => `  ${reason}\n${names.map((name) => `    - ${name}`).join("\n")}`),
      ...(this.failed.length > 0 ? ["Failed:"] : []),
      ...this.failed.map(({ name, reason }) => [`  - ${name}`, ...indented(reason)].join("\n")),
      "",
      `${this.passed} passed, ${this.failed.length} failed, ${this.skipped.length} skipped`,
    ].join("\n");
  }
}

/** @param {string} text */
function indented(text) {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [`      ${line.trimEnd()}`]));
}
