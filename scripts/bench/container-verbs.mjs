/**
 * What engines do with a runtime, with what they ask for: all namespaces and their default seccomp profile. `create`,
 * `start` and `delete` of a container together, `exec` of `true` in one that runs, and its `state`.
 */
import { asEnginesDo, compared, settle, timesOf, withRuntimes } from "./runtimes.mjs";

const WARM_UP_RUNS = 2;

export const title = "container commands as engines use them (all namespaces, default seccomp profile)";

/** @param {{ runs: number }} options @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure({ runs }) {
  return await withRuntimes(({ runtimes, bundle }) => {
    const brief = bundle(["/bin/true"], asEnginesDo);
    const lasting = bundle(["/bin/sleep", "1000"], asEnginesDo);
    const [made, kept] = [`bench-${process.pid}`, `bench-kept-${process.pid}`];
    const [lives, execs, states] = [timesOf(runtimes), timesOf(runtimes), timesOf(runtimes)];
    try {
      for (const runtime of runtimes) runtime.run(["run", "--detach", "--bundle", lasting, kept]);
      for (let run = -WARM_UP_RUNS; run < runs; run++) {
        for (const { name, run: command } of runtimes) {
          settle();
          const create = command(["create", "--bundle", brief, made]);
          const start = command(["start", made]);
          const life = create + start + command(["delete", "--force", made]);
          settle();
          const exec = command(["exec", kept, "/bin/true"]);
          const state = command(["state", kept]);
          if (run < 0) continue;
          lives[name]?.push(life);
          execs[name]?.push(exec);
          states[name]?.push(state);
        }
      }
    } finally {
      for (const runtime of runtimes) runtime.discard(kept);
    }
    return [...compared("create+start+delete", lives), ...compared("exec", execs), ...compared("state", states)];
  });
}
