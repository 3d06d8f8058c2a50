import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { whatStayed } from "./leaks.mjs";
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
