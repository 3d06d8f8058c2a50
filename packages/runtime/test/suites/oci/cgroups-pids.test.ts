/** `resources.pids`: how many tasks the container may have. */
import assert from "node:assert/strict";
import { readCgroup, versionOf } from "./rig/cgroup-files.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "PIDs"';
const max = { controller: "pids", v1: "pids.max", v2: "pids.max" };

for (const [limit, expected] of [
  [20, "20"],
  [-1, "max"],
] as const) {
  rule(`limit ${limit} is ${expected} in pids.max`, source, (box) => {
    versionOf("pids");
    const pid = box.launch(undefined, (configuration) => {
      configuration.linux.resources.pids = { limit };
    });
    assert.equal(readCgroup(pid, max), expected);
  });
}

rule("without pids the container has no limit of its own", source, (box) => {
  versionOf("pids");
  assert.equal(readCgroup(box.launch(), max), "max");
});

rule("one process more than limit cannot be made", `${source}: "specifies the maximum number of tasks"`, (box) => {
  versionOf("pids");
  const script = "i=0; while [ $i -lt 12 ]; do sleep 5 & i=$((i+1)); done 2>&1; echo made all";
  const { stdout } = box.run(script, (configuration) => {
    configuration.linux.resources.pids = { limit: 8 };
  });
  assert.match(stdout, /can't fork/);
});

rule("a process that ended makes room for another", "kernel, Documentation/admin-guide/cgroup-v1/pids.rst", (box) => {
  versionOf("pids");
  const script = "i=0; while [ $i -lt 30 ]; do sh -c 'exit 0' || exit 1; i=$((i+1)); done; echo made all";
  const seen = box.output(script, (configuration) => {
    configuration.linux.resources.pids = { limit: 16 };
  });
  assert.equal(seen, "made all\n");
});
