/**
 * Hostile and broken config.json: thousands of random changes to good ones, from the specification's own schemas. Never
 * a crash, never a hang, and whatever is refused names the field. Some of those that pass are then really run, and the
 * host looked at before and after. The cases are the same every time, so that who changes something sees what it broke;
 * `FUZZ_SEED=N` tries others, and a finding prints its seed, number and smallest change.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Configuration } from "../../../packages/runtime/test/suites/oci/rig/configuration.ts";
import { makeRootfs } from "../../../packages/runtime/test/suites/oci/rig/rootfs.ts";
import { leaksSince, takeInventory, testScope } from "../../inventory/inventory.ts";
import { judge } from "./judge.ts";
import { mutated } from "./mutate.ts";
import { whyNoSchema } from "./schema.ts";
import { caseNumber } from "./try-many.ts";

const seed = Number(process.env.FUZZ_SEED ?? 1);
const CASES = 20_000;
const CONTAINERS = 200;
/** What a batch of all cases takes at most on a busy machine: a hang is what ends it. */
const PATIENCE_MS = 800_000;
/** One container, which runs `true`. */
const RUN_PATIENCE_MS = 60_000;
/** The kernel frees what killed processes held a little later. */
const SETTLE_MS = 20_000;

const work = mkdtempSync(join(tmpdir(), "config-fuzz-"));
chmodSync(work, 0o755);
const bundle = join(work, "bundle");
const cgroup = `/glassbox-fuzz-${process.pid}`;
/** Mount points that a configuration asks for are made in its root file system, and stay: that is not looked at. */
const root = join(work, "state");
const scope = testScope({ cgroupBase: cgroup, directories: [root] });
const glassrun = fileURLToPath(new URL("../../../packages/runtime/bin/glassrun", import.meta.url));
const missing = whyNoSchema() || (process.getuid?.() === 0 ? false : "needs root");
before(() => makeRootfs(join(bundle, "rootfs"), join(work, "busybox")));
after(() => rmSync(work, { recursive: true, force: true }));

test("planContainer plans a configuration or names the field it cannot do, whatever stands in it", {
  skip: missing,
}, (t) => {
  const program = fileURLToPath(new URL("try-many.ts", import.meta.url));
  const args = ["--import", "tsx", program, `${seed}`, "0", `${CASES}`, bundle];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    maxBuffer: 64 << 20,
  });
  const about = `FUZZ_SEED=${seed}`;
  assert.equal(signal, null, `${about}: it hung after ${stdout}`);
  assert.equal(status, 0, `${about}: ${stderr}`);
  const lines = stdout.trimEnd().split("\n");
  assert.deepEqual(lines.slice(0, -1), [], about);
  t.diagnostic(`${about}: ${lines.at(-1)}`);
});

test("glassrun runs what it plans, or takes it back, and leaves the host as it was", { skip: missing }, async (t) => {
  mkdirSync(root);
  let [tried, started] = [0, 0];
  const inventory = takeInventory(scope);
  for (let index = 0; tried < CONTAINERS && index < CASES; index++) {
    const { base, mutations } = caseNumber(seed, index);
    const config = mutated(base, mutations);
    if (judge(config, bundle).kind !== "planned" || !isHarmless(config as Configuration)) continue;
    tried++;
    (config as Configuration).linux.cgroupsPath = cgroup;
    writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
    const id = `fuzz-${index}`;
    const about = () => `FUZZ_SEED=${seed}, case ${index}: ${JSON.stringify(mutations)}`;
    const ended = spawnSync(glassrun, ["--root", root, "run", "--bundle", bundle, id], {
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      timeout: RUN_PATIENCE_MS,
      killSignal: "SIGKILL",
    });
    execFileSync(glassrun, ["--root", root, "delete", "--force", id], { stdio: "ignore" });
    assert.equal(ended.error, undefined, `${about()}: ${ended.error?.message}`);
    if (ended.status === 0) started++;
    assert.deepEqual(await leaksSince(inventory, scope, SETTLE_MS), [], about());
    assert.ok(!readFileSync("/proc/self/mountinfo", "utf8").includes(bundle), `${about()}: it left a mount`);
    assert.doesNotMatch(ended.stderr, /TypeError|SyntaxError|internal error| at .*\.js:/, about());
  }
  t.diagnostic(`FUZZ_SEED=${seed}: ${tried} run, of which ${started} ended well`);
  assert.ok(started > 0);
});

/**
 * Nothing that by its meaning reaches out of the container: other root directories, binds of the host, namespaces of
 * others, hooks; nor a share of the processor with which `true` takes minutes.
 */
function isHarmless(config: Configuration): boolean {
  const { root, hooks, linux, process: wanted } = config as Configuration & { hooks?: unknown };
  const mounts = config.mounts ?? [];
  const own = (linux?.namespaces ?? []).filter((entry) => !("path" in entry)).map(({ type }) => type);
  const bound = mounts.some(({ type, options }) => type === "bind" || options?.some((word) => /bind/.test(word)));
  return (
    root?.path === "rootfs" &&
    !bound &&
    hooks === undefined &&
    linux?.resources?.cpu === undefined &&
    wanted?.terminal !== true &&
    ["mount", "pid", "network", "ipc", "uts"].every((type) => own.includes(type)) &&
    own.length === linux.namespaces.length
  );
}
