/**
 * Whether a container costs the same when there are many: a hundred started at once, and then one after another, all of
 * them left running, as many as there is time for. Flat means that the last hundred took as long as the first.
 */
import { compared, timesOf, withRuntimes } from "./runtimes.mjs";
import { summarise } from "./statistics.mjs";

const AT_ONCE = 100;
const IN_A_ROW = 1000;
/** For each runtime: a thousand of the slowest would take minutes. */
const ROW_DEADLINE_MS = 40_000;
const SAMPLE = 100;

export const title = `many containers (${AT_ONCE} at once; one after another, up to ${IN_A_ROW}, none of them ended)`;

/** @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure() {
  return await withRuntimes(async ({ runtimes, bundle }) => {
    const directory = bundle(["/bin/sleep", "1000"]);
    const atOnce = timesOf(runtimes);
    /** @type {import("./report.mjs").Line[]} */
    const rows = [];
    for (const runtime of runtimes) {
      const ids = Array.from({ length: AT_ONCE }, (_, index) => `bench-${process.pid}-${index}`);
      try {
        const startedMs = performance.now();
        await Promise.all(ids.map((id) => runtime.start(["run", "--detach", "--bundle", directory, id])));
        atOnce[runtime.name]?.push((performance.now() - startedMs) / AT_ONCE);
      } finally {
        for (const id of ids) runtime.discard(id);
      }
      rows.push(...inARow(runtime, directory));
    }
    return [...compared("at once, for each", atOnce), ...rows];
  });
}

/** @param {import("./runtimes.mjs").Runtime} runtime @param {string} directory @returns {import("./report.mjs").Line[]} */
function inARow(runtime, directory) {
  const times = [];
  const ids = [];
  try {
    const deadline = performance.now() + ROW_DEADLINE_MS;
    while (ids.length < IN_A_ROW && performance.now() < deadline) {
      const id = `bench-${process.pid}-${ids.length}`;
      ids.push(id);
      times.push(runtime.run(["run", "--detach", "--bundle", directory, id]));
    }
  } finally {
    for (const id of ids) runtime.discard(id);
  }
  const sample = Math.min(SAMPLE, Math.floor(times.length / 2));
  const [first, last] = [summarise(times.slice(0, sample)), summarise(times.slice(-sample))];
  const growths = [last.p10 / first.p10, last.p90 / first.p90].sort((one, other) => one - other);
  const [p10 = Number.NaN, p90 = Number.NaN] = growths;
  const growth = { median: last.median / first.median, p10, p90, count: times.length };
  return [
    { name: `in a row ${runtime.name}`, unit: "ms", ...summarise(times) },
    { name: `last ${sample} / first ${sample} ${runtime.name}`, unit: "", ...growth },
  ];
}
