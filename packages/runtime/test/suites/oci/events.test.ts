/** `events`: what a container uses, and when it runs out of memory, as lines of JSON. */
import assert from "node:assert/strict";
import { type Box, idle } from "./rig/box.ts";
import { readCgroup, versionOf } from "./rig/cgroup-files.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-events";
const types = "runc, types/events.go";
const MIB = 1 << 20;

rule(
  "--stats prints one line with type, id and data, and ends",
  `${source}: "display the container's stats"`,
  (box) => {
    box.launch();
    const text = box.ok(["events", "--stats", box.id]);
    assert.ok(text.startsWith(`{"type":"stats","id":"${box.id}","data":{`), text.slice(0, 100));
    assert.equal(text.trim().split("\n").length, 1);
  },
);

rule("data has every part that runc's readers know", types, (box) => {
  box.launch();
  const { data } = JSON.parse(box.ok(["events", "--stats", box.id]));
  const parts = ["blkio", "cpu", "cpuset", "hugetlb", "intel_rdt", "memory", "network_interfaces", "pids"];
  assert.deepEqual(Object.keys(data).sort(), parts);
});

rule("memory.usage has limit and usage in bytes", types, (box) => {
  versionOf("memory");
  box.launch(idle, ({ linux }) => {
    linux.resources.memory = { limit: 64 * MIB };
  });
  const { usage, raw } = JSON.parse(box.ok(["events", "--stats", box.id])).data.memory;
  assert.equal(usage.limit, 64 * MIB);
  assert.ok(usage.usage > 0 && usage.usage < 64 * MIB, `${usage.usage}`);
  assert.ok(Object.keys(raw).length > 10);
});

rule("a limit of more digits than a double has is not rounded", "Go decodes it as a 64-bit integer", (box) => {
  const version = versionOf("memory");
  const pid = box.launch();
  const kernels = readCgroup(pid, { controller: "memory", v1: "memory.limit_in_bytes", v2: "memory.max" });
  const expected = version === 1 ? kernels : "18446744073709551615";
  assert.ok(box.ok(["events", "--stats", box.id]).includes(`"usage":{"limit":${expected},`));
});

rule("pids has current, and limit when there is one", types, (box) => {
  versionOf("pids");
  box.launch(`sleep 1000 & ${idle}`, ({ linux }) => {
    linux.resources.pids = { limit: 33 };
  });
  const { pids } = JSON.parse(box.ok(["events", "--stats", box.id])).data;
  assert.equal(pids.limit, 33);
  assert.ok(pids.current >= 1 && pids.current < 33, `${pids.current}`);
});

rule("cpu.usage.total grows in nanoseconds while the program works", types, async (box) => {
  versionOf("cpu");
  box.launch("while true; do :; done");
  const total = () => JSON.parse(box.ok(["events", "--stats", box.id])).data.cpu.usage.total ?? 0;
  const before = total();
  await box.until("20 ms of processor time", () => total() > before + 20_000_000);
});

rule("cpu.throttling counts the periods of a quota", types, async (box) => {
  versionOf("cpu");
  box.launch("while true; do :; done", ({ linux }) => {
    linux.resources.cpu = { quota: 5000, period: 100_000 };
  });
  const throttling = () => JSON.parse(box.ok(["events", "--stats", box.id])).data.cpu.throttling;
  await box.until("a throttled period", () => throttling().throttledPeriods > 0 && throttling().throttledTime > 0);
});

/** A wrapper that ends the runtime once it has written `count` lines, after 30 s at the latest, and shows them. */
function untilLines(box: Box, count: number): string[] {
  const file = box.path("lines");
  const script = `: > ${file}; "$@" > ${file} & tries=0
    while [ $(wc -l < ${file}) -lt ${count} ] && [ $tries -lt 600 ]; do sleep 0.05; tries=$((tries + 1)); done
    kill $!; wait; cat ${file}`;
  return ["sh", "-c", script, "sh"];
}

for (const flags of [["--interval", "200ms"], ["--interval=0.2s"]]) {
  rule(`${flags.join(" ")} prints a line at every interval`, source, (box) => {
    box.launch();
    const begunMs = Date.now();
    const { stdout } = box.call(["events", ...flags, box.id], { wrapper: untilLines(box, 3) });
    assert.ok(Date.now() - begunMs >= 400, "two intervals had not passed");
    const lines = stdout.trim().split("\n");
    assert.ok(lines.length >= 3, stdout);
    for (const line of lines) assert.equal(JSON.parse(line).type, "stats");
  });
}

rule("it ends when the container does", "nothing more can be said then", (box) => {
  const pid = box.launch();
  const file = box.path("lines");
  // The container lives until the first line shows that there is somebody to notice its end.
  const script = `timeout ${box.patienceMs / 1000} "$@" > ${file} & while [ ! -s ${file} ]; do sleep 0.05; done; kill -KILL ${pid}; wait $!`;
  const wrapper = ["timeout", "100", "sh", "-c", script, "sh"];
  assert.equal(box.call(["events", "--interval", "200ms", box.id], { wrapper }).code, 0);
});

rule("a line of type oom says that memory ran out", `${source}: "OOM notifications"`, (box) => {
  versionOf("memory");
  // Again and again: the first time may be before anybody listens.
  const script = "while true; do head -c 60000000 /dev/zero | tail > /dev/null; sleep 0.3; done";
  box.launch(script, ({ linux }) => {
    linux.resources.memory = { limit: 16 * MIB, swap: 16 * MIB };
  });
  const { stdout } = box.call(["events", "--interval", "1h", box.id], { wrapper: untilLines(box, 1) });
  assert.ok(stdout.startsWith(`{"type":"oom","id":"${box.id}"}\n`), stdout);
});

rule("a container that has stopped is refused", "runc: container is not running", async (box) => {
  box.create("exit 0");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  assert.match(box.refused(["events", "--stats", box.id]), /not running/);
});

rule("a container that does not exist is refused", source, (box) => {
  assert.match(box.refused(["events", "--stats", "nobody"]), /does not exist/);
});

for (const word of ["0s", "-1s", "soon", "5"]) {
  rule(`--interval ${word} is refused`, "Go's time.ParseDuration; runc: must be greater than 0", (box) => {
    box.launch();
    box.refused(["events", `--interval=${word}`, box.id]);
  });
}
