import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerFacts } from "../facts.ts";
import { parseContainerState } from "./container-state.ts";

// Captured from runc 1.1 and crun 1.8, shortened to what is read and a little around it.
const CASES: Array<[runtime: ContainerFacts["runtime"], text: string, facts: Omit<ContainerFacts, "runtime" | "id">]> =
  [
    [
      "runc",
      '{"id":"web","init_process_pid":7527,"init_process_start":210957,"config":{"labels":["x=y","bundle=/tmp/b"],"rootfs":"/tmp/b/rootfs"}}',
      { pid: 7527, startTimeTicks: 210957, bundle: "/tmp/b", waitsForStart: false },
    ],
    [
      "crun",
      '{"pid":7585,"process-start-time":210989,"cgroup-path":"/web","rootfs":"rootfs","systemd-cgroup":false,"bundle":"/tmp/b"}',
      { pid: 7585, startTimeTicks: 210989, bundle: "/tmp/b", waitsForStart: false },
    ],
    [
      "glassbox",
      '{"id":"web","bundle":"/tmp/b","maker":{"pid":1,"startTime":2},"init":{"pid":30,"startTime":40}}',
      { pid: 30, startTimeTicks: 40, bundle: "/tmp/b", waitsForStart: false },
    ],
    [
      "glassbox",
      '{"id":"web","bundle":"/tmp/b","maker":{"pid":1,"startTime":2}}',
      { pid: 0, bundle: "/tmp/b", waitsForStart: false },
    ],
  ];
for (const [runtime, text, facts] of CASES) {
  test(`parseContainerState reads ${runtime}'s ${text.slice(0, 40)}...`, () =>
    assert.deepEqual(parseContainerState(text, "web", runtime), { id: "web", runtime, ...facts }));
}

test("parseContainerState is undefined while a file is half-written", () => {
  for (const text of ["", '{"id":"we', "null", "7"])
    assert.equal(parseContainerState(text, "web", "runc"), undefined, text);
});
