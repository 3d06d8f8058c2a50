/** How a measure is printed: median, spread, and how it stands to its goal. */

/**
 * @typedef {import("./statistics.mjs").Summary & { name: string, unit: string, goal?: number, atLeast?: boolean }} Line
 *   `goal`: at most this, or at least where `atLeast`
 */

/** @param {Line} line */
export function printLine({ name, unit, median, p10, p90, count, goal, atLeast }) {
  const number = (/** @type {number} */ value) => value.toFixed(value < 10 ? 2 : 1);
  const spread = `${number(p10)} .. ${number(p90)}`;
  const met = goal !== undefined && (atLeast ? median >= goal : median <= goal);
  const verdict =
    goal === undefined ? "" : `  goal ${atLeast ? "at least" : "at most"} ${goal}: ${met ? "met" : "NOT met"}`;
  return `  ${name.padEnd(30)} ${number(median).padStart(7)} ${unit.padEnd(12)} (${spread}, ${count} runs)${verdict}`;
}
