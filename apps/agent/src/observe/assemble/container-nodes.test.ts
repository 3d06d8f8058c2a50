import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerFacts } from "../facts.ts";
import { Ownership } from "../ownership.ts";
import { containerNodes } from "./container-nodes.ts";
import { exampleAssembly, exampleFacts, exampleProcess, INITIAL } from "./example-facts.ts";

const ID = "a".repeat(64);

const SHAPES: Array<[path: string, runtime: string]> = [
  [`/docker/${ID}`, "docker"],
  [`/system.slice/docker-${ID}.scope`, "docker"],
  [`/machine.slice/libpod-${ID}.scope/container`, "podman"],
  [`/libpod_parent/libpod-${ID}`, "podman"],
  [`/kubepods.slice/kubepods-burstable.slice/crio-${ID}.scope`, "CRI-O"],
  [`/kubepods.slice/cri-containerd-${ID}.scope`, "containerd"],
  [`/kubepods/besteffort/pod1234-ab/${ID}`, "containerd"],
];
for (const [path, runtime] of SHAPES) {
  test(`containerNodes recognises ${runtime} by the cgroup path ${path.replace(ID, "ID")}`, () => {
    const inside = (pid: number) => exampleProcess(pid, { cgroups: [{ hierarchy: "unified", path }] });
    const nodes = containerNodes(exampleAssembly(exampleFacts([inside(20), inside(10), exampleProcess(5)])));
    assert.deepEqual(nodes, [
      {
        id: `container:${runtime}:${ID}`,
        kind: "container",
        origin: "host",
        firstSeenMs: 0,
        containerId: ID,
        runtime,
        init: "proc:10@10",
        status: "running",
      },
    ]);
  });
}

test("containerNodes does not take podman's conmon for a container", () => {
  const conmon = exampleProcess(9, {
    cgroups: [{ hierarchy: "unified", path: `/machine.slice/libpod-conmon-${ID}.scope` }],
  });
  assert.deepEqual(containerNodes(exampleAssembly(exampleFacts([conmon]))), []);
});

test("containerNodes tells a container's status from its process, not from its state file", () => {
  const state: ContainerFacts = { id: "web", runtime: "runc", pid: 10, startTimeTicks: 10, waitsForStart: false };
  const frozen = {
    hierarchy: "unified",
    version: 2,
    path: "/web",
    directory: "/c/web",
    inode: 1,
    frozen: true,
  } as const;
  const init = exampleProcess(10, { cgroups: [{ hierarchy: "unified", path: "/web" }] });
  const cases: Array<[expected: string, state: ContainerFacts, init: typeof init | undefined, frozen: boolean]> = [
    ["creating", { ...state, pid: 0 }, undefined, false],
    ["created", { ...state, waitsForStart: true }, init, false],
    ["running", state, init, false],
    ["paused", state, init, true],
    ["stopped", state, undefined, false],
    ["stopped", state, { ...init, state: "Z" }, false],
    ["stopped", state, { ...init, startTimeTicks: 99 }, false],
  ];
  for (const [expected, container, process, isFrozen] of cases) {
    const facts = exampleFacts(process ? [process] : []);
    facts.containers = [container];
    if (isFrozen)
      facts.cgroups.set("/c/web", { ...frozen, controllers: [], subtreeControl: [], limits: {}, usage: {} });
    assert.deepEqual(
      containerNodes(exampleAssembly(facts)).map(({ status }) => status),
      [expected],
    );
  }
});

test("containerNodes finds containers by hand: set apart, and a learner's or with a root of its own", () => {
  const apart = { ...INITIAL, mnt: 900, pid: 901 };
  const ownership = new Ownership(0);
  ownership.claim(50, 50, "lab", [{ pid: 51, parentPid: 50, session: 50, startTimeTicks: 51 }]);
  const facts = exampleFacts([
    exampleProcess(50, { namespaces: { ...INITIAL, mnt: 900 }, comm: "unshare" }),
    exampleProcess(51, { parentPid: 50, namespaces: apart }),
    exampleProcess(52, { parentPid: 51, namespaces: apart }),
    exampleProcess(60, { namespaces: { ...INITIAL, mnt: 910 } }),
    exampleProcess(61, { namespaces: { ...INITIAL, mnt: 911 }, root: "/srv/jail" }),
    exampleProcess(62, { namespaces: { ...INITIAL, mnt: 912 }, root: "/srv/jail", comm: "runc:[2:INIT]" }),
    exampleProcess(63, {
      namespaces: { ...INITIAL, mnt: 913 },
      root: "/srv/jail",
      comm: "4",
      argv: ["/opt/sysrun", "--plan", "3"],
    }),
  ]);
  const nodes = containerNodes(exampleAssembly(facts, ownership));
  assert.deepEqual(
    nodes.map(({ id, origin }) => [id, origin]),
    [
      ["container:by hand:51@51", "learner"],
      ["container:by hand:61@61", "host"],
    ],
  );
  const young = { ...exampleAssembly(facts, ownership), nowMs: 100 };
  assert.deepEqual(containerNodes(young), [], "a runtime at work looks the same for a moment");
});
