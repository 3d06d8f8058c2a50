import assert from "node:assert/strict";
import { test } from "node:test";
import { GLASSBOX, HOST, Ownership } from "./ownership.ts";

const AGENT = 100;
const learner = { origin: "learner", lab: "lab" } as const;
const kin = (pid: number, parentPid: number, session = pid) => ({ pid, parentPid, session, startTimeTicks: 1 });

test("Ownership gives a forked child its parent's owner, also after the parent's death", () => {
  const ownership = new Ownership(AGENT);
  ownership.forked(AGENT, 200, () => 2);
  ownership.claim(200, 1, "lab", []);
  ownership.forked(200, 201, () => 2);
  ownership.forked(201, 202, () => 2);
  ownership.gone(201);
  ownership.seen(kin(202, 1), undefined);
  assert.deepEqual(ownership.ofProcess(202), learner);
  assert.deepEqual(ownership.ofProcess(AGENT), GLASSBOX);
});

test("Ownership.claim takes along what already descends from the shell, whatever the order of pids", () => {
  const ownership = new Ownership(AGENT);
  const processes = [kin(9, 300), kin(300, 200), kin(200, AGENT), kin(50, 1)];
  for (const process of processes) ownership.seen(process, undefined);
  ownership.claim(200, 1, "lab", processes);
  assert.deepEqual(
    [9, 300, 200, 50].map((pid) => ownership.ofProcess(pid).origin),
    ["learner", "learner", "learner", "host"],
  );
});

test("Ownership of a reused pid is its new parent's", () => {
  const ownership = new Ownership(AGENT);
  ownership.claim(200, 1, "lab", []);
  ownership.forked(1, 200, () => 2);
  assert.deepEqual(ownership.ofProcess(200), HOST);
});

test("Ownership without fork events goes by parent, session leader and lab cgroup", () => {
  const ownership = new Ownership(AGENT);
  ownership.claim(200, 1, "lab", []);
  ownership.seen(kin(201, 200), undefined);
  ownership.seen(kin(202, 1, 200), undefined);
  ownership.seen(kin(203, 1), "lab");
  ownership.seen(kin(204, 1), undefined);
  assert.deepEqual(
    [201, 202, 203, 204].map((pid) => ownership.ofProcess(pid)),
    [learner, learner, learner, HOST],
  );
});

test("Ownership.ofThing is decided once and again after the thing was forgotten", () => {
  const ownership = new Ownership(AGENT);
  assert.deepEqual(
    ownership.ofThing("ns:uts:1", () => learner),
    learner,
  );
  assert.deepEqual(
    ownership.ofThing("ns:uts:1", () => HOST),
    learner,
  );
  ownership.keepThings(new Set());
  assert.deepEqual(
    ownership.ofThing("ns:uts:1", () => HOST),
    HOST,
  );
});

test("Ownership.claim stands when the news of the shell's own fork comes after it, and its children's before", () => {
  const ownership = new Ownership(AGENT);
  ownership.forked(200, 201, () => 6);
  ownership.claim(200, 5, "lab", []);
  ownership.forked(AGENT, 200, () => 5);
  assert.deepEqual([ownership.ofProcess(200), ownership.ofProcess(201)], [learner, learner]);
});
