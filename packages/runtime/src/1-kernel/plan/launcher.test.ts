import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLauncher } from "./launcher.ts";

test("parseLauncher reads what the launcher writes, and nothing else", () => {
  assert.deepEqual(parseLauncher("200,202,4711"), { plan: 200, control: 202, pid: 4711 });
  assert.deepEqual(parseLauncher("-1,202,4711"), { plan: -1, control: 202, pid: 4711 });
  assert.equal(parseLauncher(undefined), undefined);
  assert.equal(parseLauncher("200"), undefined);
});
