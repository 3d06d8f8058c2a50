/**
 * A container run by a program that runs anyway and calls the runtime as a library, as an agent does, against crun's
 * command started by the same program.
 */
import { ourLibrary } from "./our-library.mjs";
import { compared, settle, timesOf, withRuntimes } from "./runtimes.mjs";

/** Until the engine has compiled what is used often. */
const WARM_UP_RUNS = 20;

export const title = "container run by a running program (our library, their command)";

/** @param {{ runs: number }} options @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure({ runs }) {
  const { runContainer } = await ourLibrary();
  return await withRuntimes(async ({ runtimes, bundle, place }) => {
    const directory = bundle(["/bin/true"]);
    const id = `bench-${process.pid}`;
    const times = timesOf(runtimes);
    for (let run = -WARM_UP_RUNS; run < runs; run++) {
      settle();
      const startedMs = performance.now();
      await runContainer(directory, { id, root: `${place}/library` });
      if (run >= 0) times.glassrun?.push(performance.now() - startedMs);
      for (const { name, start } of runtimes.filter(({ name }) => name !== "glassrun")) {
        settle();
        const ms = await start(["run", "--bundle", directory, id]);
        if (run >= 0) times[name]?.push(ms);
      }
    }
    return compared("run", times, { crun: 1 });
  });
}
