/**
 * `glassrun run` of `true` against runc's and crun's, from nothing to nothing: namespaces, cgroups, mounts, the program,
 * and everything taken away again.
 */
import { compared, settle, timesOf, withRuntimes } from "./runtimes.mjs";

/** The first runs read programs from the disk. */
const WARM_UP_RUNS = 5;

export const title = "container start to end (`run` of `true`)";

/** @param {{ runs: number }} options @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure({ runs }) {
  return await withRuntimes(({ runtimes, bundle }) => {
    const directory = bundle(["/bin/true"]);
    const times = timesOf(runtimes);
    for (let run = -WARM_UP_RUNS; run < runs; run++) {
      for (const runtime of runtimes) {
        settle();
        const ms = runtime.run(["run", "--bundle", directory, `bench-${process.pid}`]);
        if (run >= 0) times[runtime.name]?.push(ms);
      }
    }
    return compared("run", times, { runc: 0.5, crun: 1.5 });
  });
}
