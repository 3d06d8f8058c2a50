/**
 * Medians with spread. A mean would follow the one run in which the machine was busy; the spread says how far the number
 * can be trusted.
 */

/** @typedef {{ median: number, p10: number, p90: number, count: number }} Summary */

/** @param {number[]} values at least one @returns {Summary} */
export function summarise(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    p10: quantile(sorted, 0.1),
    p90: quantile(sorted, 0.9),
    count: values.length,
  };
}

/** Between the two nearest values, in proportion. @param {number[]} sorted @param {number} part 0 to 1 */
function quantile(sorted, part) {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * Runs that were made one after the other saw the same machine, so they are divided pair by pair.
 * @param {number[]} ours @param {number[]} theirs of the same length @returns {Summary}
 */
export function ratios(ours, theirs) {
  return summarise(ours.map((value, index) => value / (theirs[index] ?? Number.NaN)));
}
