import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { cgroupNode, INITIAL, mountNode, namespaceNode } from "@glassbox/protocol/example-nodes";
import { Check } from "../content/lab-schema.ts";
import { type CompiledCheck, compileCheck, freshNames } from "./compile.ts";
import { evaluateChecks, type SeenOnce } from "./evaluate.ts";
import type { FileFacts } from "./kernel-view.ts";
import { learnersProcess, viewOf, WORK_DIR } from "./small-graph.ts";
import { checkResult } from "./wording.ts";

function compiled(...checks: Array<Record<string, unknown>>): CompiledCheck[] {
  const names = freshNames();
  return checks.map((check) =>
    compileCheck(Check.parse({ title: "It holds", ...check }), names, (path, message) => {
      throw new Error(`${path.join(".")}: ${message}`);
    }),
  );
}

function results(
  checks: CompiledCheck[],
  nodes: GraphNode[],
  files: Record<string, Partial<FileFacts>> = {},
  seen: SeenOnce = new Map(),
) {
  const view = viewOf(nodes, files);
  return evaluateChecks(checks, view, seen).map((outcome, index) =>
    checkResult(checks[index] as CompiledCheck, outcome, view),
  );
}

const chrooted = compiled({ let: "process P", where: ["mine", `root = "${WORK_DIR}/rootfs"`] });

test("evaluateChecks finds an object and names it", () => {
  const [result] = results(chrooted, [learnersProcess(201, { comm: "sh", root: `${WORK_DIR}/rootfs` })]);
  assert.deepEqual(result, {
    title: "It holds",
    ok: true,
    expected: `a process of yours with root directory "${WORK_DIR}/rootfs"`,
    actual: "found pid 201 (sh)",
    node: "proc:201@201",
  });
});

test("evaluateChecks shows the nearest object when none fits, with the value it has", () => {
  const [result] = results(chrooted, []);
  assert.deepEqual(result, {
    title: "It holds",
    ok: false,
    expected: `a process of yours with root directory "${WORK_DIR}/rootfs"`,
    actual: 'pid 200 (bash) has root directory "/"',
    node: "proc:200@200",
  });
});

test("checkResult says of a process that must live or be a zombie so, and not by its letter", () => {
  const words = (...where: string[]) =>
    results(compiled({ let: "process P", where: ["mine", ...where] }), [])[0]?.expected;
  assert.equal(words('comm = "sleep"', 'state != "Z"'), 'a process of yours with name "sleep", that has not ended');
  assert.equal(words('state = "Z"'), "a process of yours, that has ended and was not asked after");
});

test("evaluateChecks does not count another lab's objects as the learner's", () => {
  const [result] = results(chrooted, [learnersProcess(201, { lab: "other", root: `${WORK_DIR}/rootfs` })]);
  assert.equal(result?.ok, false);
});

test("evaluateChecks goes back to another candidate when a later check does not hold for the first", () => {
  const checks = compiled(
    { let: "process P", where: ["mine", "P.ns.mnt != host.ns.mnt"] },
    { let: "mount M", where: ["ns = P.ns.mnt", 'mountPoint = "/secret"'] },
    { none: "mount", where: ["ns = host.ns.mnt", 'mountPoint = "/secret"'] },
  );
  const inNamespace = (pid: number, mnt: string) => learnersProcess(pid, { namespaces: { ...INITIAL, mnt } });
  const nodes = [
    namespaceNode("mnt", 91),
    namespaceNode("mnt", 92),
    inNamespace(301, "ns:mnt:91"),
    inNamespace(302, "ns:mnt:92"),
    mountNode(92, 7, { mountPoint: "/secret" }),
  ];
  assert.deepEqual(
    results(checks, nodes).map(({ ok, node }) => [ok, node]),
    [
      [true, "proc:302@302"],
      [true, "mount:92:7"],
      [true, undefined],
    ],
  );
  const leaked = results(checks, [...nodes, mountNode(1, 7, { mountPoint: "/secret" })]);
  assert.deepEqual(
    leaked.map(({ ok }) => ok),
    [true, true, false],
  );
  assert.equal(leaked[2]?.actual, 'there is the mount at "/secret"');
});

test("evaluateChecks says that a check waits for the one that binds its name", () => {
  const checks = compiled({ let: "process P", where: ["mine", 'state = "Z"'] }, { where: ['P.parent.command = "x"'] });
  assert.deepEqual(
    results(checks, []).map(({ ok, actual }) => [ok, actual]),
    [
      [false, 'pid 200 (bash) has state "S"'],
      [false, "not looked for yet: the check above comes first"],
    ],
  );
  assert.equal(results(checks, [])[1]?.expected, 'command line of parent of that process "x"');
});

test("evaluateChecks remembers what a once check has seen, also when it is gone", () => {
  const checks = compiled(
    { let: "process I", once: true, where: ["mine", "pidInside = 1"] },
    { where: [{ any: ["I.gone", 'I.state = "Z"'] }] },
  );
  const seen: SeenOnce = new Map();
  const init = learnersProcess(400, { nsPids: [400, 1] });
  assert.deepEqual(
    results(checks, [], {}, seen).map(({ ok }) => ok),
    [false, false],
    "before",
  );
  assert.deepEqual(
    results(checks, [init], {}, seen).map(({ ok }) => ok),
    [true, false],
    "while it runs",
  );
  assert.deepEqual(
    results(checks, [{ ...init, state: "Z" }], {}, seen).map(({ ok }) => ok),
    [true, true],
    "as a zombie",
  );
  assert.deepEqual(
    results(checks, [], {}, seen).map(({ ok }) => ok),
    [true, true],
    "when it is gone",
  );
});

test("evaluateChecks reads files as a bound process sees them, and fields of JSON", () => {
  const checks = compiled(
    { let: "process P", where: ["mine"] },
    { file: "/etc/motd", seenBy: "P", where: ["exists", 'text includes "otter"'] },
    { file: "config.json", where: ['json.process.args.0 = "sleep"', "not json.process.terminal"] },
  );
  const config = JSON.stringify({ process: { args: ["sleep"], terminal: false } });
  const withTerminal = { "config.json": { text: config.replace("false", "true") } };
  const [, , seen] = results(checks, [], withTerminal);
  assert.equal(seen?.expected, 'a file "config.json" with /process/args/0 "sleep"; /process/terminal false');
  assert.equal(seen?.actual, '"config.json" has /process/terminal true');
  const files = { "200:/etc/motd": { text: "bold-otter\n" }, "config.json": { text: config } };
  assert.deepEqual(
    results(checks, [], files).map(({ ok }) => ok),
    [true, true, true],
  );
  assert.deepEqual(
    results(checks, [], { "config.json": { text: "{" } }).map(({ ok, actual }) => [ok, actual]),
    [
      [true, "found pid 200 (bash)"],
      [false, '"/etc/motd" does not exist'],
      [false, '"config.json" has /process/args/0 unknown, /process/terminal unknown'],
    ],
  );
});

test("evaluateChecks tells broken JSON from a file that is not there", () => {
  const broken = compiled({ file: "config.json", where: ["not isJson"] });
  const texts = ["{}", "{", undefined];
  assert.deepEqual(
    texts.map((text) => results(broken, [], text === undefined ? {} : { "config.json": { text } })[0]?.ok),
    [false, true, false],
  );
});

test("evaluateChecks knows a cgroup by its place below the lab's own", () => {
  const checks = compiled({
    let: "cgroup G",
    where: ['controllers includes "memory"', 'labPath = "/box"', "memoryMax = 32M", "cpuPercent = 20"],
  });
  const controllers = ["memory"];
  const limits = { memoryMaxBytes: 32 * 1024 * 1024, cpuQuotaUs: 10_000, cpuPeriodUs: 50_000 };
  assert.equal(results(checks, [cgroupNode("/glassbox/test/box", { controllers, limits })])[0]?.ok, true);
  assert.equal(
    results(checks, [cgroupNode("/glassbox/other/box", { controllers, limits })])[0]?.actual,
    "there is none",
  );
});
