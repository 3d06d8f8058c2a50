import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { whatStayed, withoutLeaks } from "./leaks.mjs";
import { Tally } from "./tally.mjs";
import { takeInventory } from "./whole-machine.mjs";

test("whatStayed names what is there after and was not before", () => {
  const before = new Map([["link lo", 'network link "lo"']]);
  const after = new Map([
    ["link lo", 'network link "lo"'],
    ["mount 99", 'mount of tmpfs at "/x"'],
  ]);
  assert.deepEqual(whatStayed(before, after), ['mount of tmpfs at "/x"']);
});

test("takeInventory finds a process by the marker in its environment, and no longer when it has ended", async () => {
  const marker = `GLASSBOX_LEAK_TEST=${process.pid}`;
  const [name, value] = marker.split("=");
  const child = spawn("sleep", ["60"], { env: { [name]: value } });
  const ended = once(child, "exit");
  try {
    await once(child, "spawn");
    assert.ok([...takeInventory(marker).values()].includes(`process ${child.pid} (sleep 60)`));
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
  assert.ok(![...takeInventory(marker).keys()].some((key) => key.startsWith(`process ${child.pid} `)));
});

test("withoutLeaks fails for what its own work left behind, and not for what runs aside", async () => {
  const tally = new Tally();
  const children = [];
  const start = async (/** @type {Record<string, string>} */ environment) => {
    const child = spawn("sleep", ["60"], { env: { ...process.env, ...environment } });
    children.push({ child, ended: once(child, "exit") });
    await once(child, "spawn");
    return child.pid;
  };
  let left, aside;
  try {
    await withoutLeaks(
      "work",
      tally,
      async (environment) => {
        left = await start(environment);
        aside = await start({});
      },
      0,
    );
  } finally {
    for (const { child } of children) child.kill("SIGKILL");
    await Promise.all(children.map(({ ended }) => ended));
  }
  const found = (/** @type {number | undefined} */ pid) =>
    tally.failed.some(({ name }) => name === `leaks: work left behind: process ${pid} (sleep 60)`);
  assert.deepEqual([found(left), found(aside)], [true, false]);
});
