/**
 * Where the kernel's part of a container goes, call by call, from the plan's own trace: how long each call took, at its
 * quickest, since the slower times are other people's work. Waiting for the other program is not counted as work.
 */
import { ourLibrary } from "./our-library.mjs";
import { withRuntimes } from "./runtimes.mjs";
import { summarise } from "./statistics.mjs";

const RUNS = 15;
const SHOWN = 15;

export const title = "where the kernel's time goes (least of each call, most expensive first)";

/** @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure() {
  const { runContainer } = await ourLibrary();
  return await withRuntimes(async ({ bundle, place }) => {
    const directory = bundle(["/bin/true"]);
    /** @type {Map<string, { name: string, waits: boolean, times: number[] }>} */
    const calls = new Map();
    for (let run = 0; run < RUNS; run++) {
      await runContainer(directory, {
        id: `bench-${process.pid}`,
        root: `${place}/library`,
        onTrace({ program, index, op, startNs, endNs }) {
          const key = `${program} ${index}`;
          const waits = op.call === "read" || op.call === "wait4";
          const call = calls.get(key) ?? { name: `${program}: ${op.call}, ${op.why}`, waits, times: [] };
          calls.set(key, call);
          call.times.push(Number(endNs - startNs) / 1e3);
        },
      });
    }
    const worked = [...calls.values()].filter(({ waits }) => !waits);
    const least = ({ times }) => Math.min(...times);
    const all = worked.reduce((sum, call) => sum + least(call), 0);
    return [
      { name: `all ${worked.length} calls`, unit: "us", ...summarise([all]) },
      ...worked
        .sort((one, other) => least(other) - least(one))
        .slice(0, SHOWN)
        .map((call) => ({ name: call.name, unit: "us", ...summarise(call.times), median: least(call) })),
    ];
  });
}
