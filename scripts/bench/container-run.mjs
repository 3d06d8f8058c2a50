/**
 * `glassrun run` of `true` against runc's and crun's, from nothing to nothing: namespaces, cgroups, mounts, seccomp, the
 * program, and everything taken away again. The runtimes take turns, so that all of them see the same machine.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inBuild, inRoot } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { ratios, summarise } from "./statistics.mjs";

/** The first runs read programs from the disk. */
const WARM_UP_RUNS = 5;

export const title = "container start to end (glassrun run of `true`)";

/** @param {{ runs: number }} options @returns {Promise<import("./report.mjs").Line[]>} */
export async function measure({ runs }) {
  const place = mkdtempSync(path.join(tmpdir(), "glassbox-bench-"));
  try {
    const bundle = path.join(place, "bundle");
    cpSync(inBuild("rootfs/bundle"), bundle, { recursive: true, verbatimSymlinks: true });
    const config = JSON.parse(readFileSync(path.join(bundle, "config.json"), "utf8"));
    config.process.args = ["/bin/true"];
    writeFileSync(path.join(bundle, "config.json"), JSON.stringify(config));
    const runtimes = { glassrun: [inRoot("packages/runtime/bin/glassrun")], runc: ["runc"], crun: crunCommand() };
    const times = Object.fromEntries(Object.keys(runtimes).map((name) => [name, /** @type {number[]} */ ([])]));
    for (let run = -WARM_UP_RUNS; run < runs; run++) {
      for (const [name, command] of Object.entries(runtimes)) {
        const ms = runOnce([
          ...command,
          "--root",
          path.join(place, name),
          "run",
          "--bundle",
          bundle,
          `bench-${process.pid}`,
        ]);
        if (run >= 0) times[name]?.push(ms);
      }
    }
    return [
      ...Object.entries(times).map(([name, values]) => ({ name, unit: "ms", ...summarise(values) })),
      { name: "glassrun / runc", unit: "", goal: 0.5, ...ratios(times.glassrun ?? [], times.runc ?? []) },
      { name: "glassrun / crun", unit: "", ...ratios(times.glassrun ?? [], times.crun ?? []) },
    ];
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** @param {string[]} command @returns {number} milliseconds */
function runOnce([program = "", ...args]) {
  const startedAt = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  const ms = Number(process.hrtime.bigint() - startedAt) / 1e6;
  if (status === 0) return ms;
  const why = error?.message ?? stderr.trim();
  throw new Refusal(`Cannot measure: "${program}" failed: ${why}`, "npm test installs runc and crun");
}

/**
 * crun refuses to start on a machine with v1 and v2 controllers. There it gets a mount namespace without the v2 tree; the
 * extra unshare and shell cost it two milliseconds or so.
 */
function crunCommand() {
  const unified = "/sys/fs/cgroup/unified";
  if (!existsSync(unified)) return ["crun"];
  return ["unshare", "-m", "--propagation", "private", "sh", "-c", `umount ${unified}; exec "$@"`, "sh", "crun"];
}
