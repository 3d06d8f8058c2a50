import assert from "node:assert/strict";
import { test } from "node:test";
import { stateRootOf } from "./state-root-of.ts";

const CASES: Array<[command: string, expected: ReturnType<typeof stateRootOf>]> = [
  ["runc --root /tmp/r run box", { directory: "/tmp/r", runtime: "runc" }],
  ["/usr/bin/crun --root=state create box", { directory: "/home/ada/state", runtime: "crun" }],
  ["/opt/bun /opt/glassrun/glassrun.js --log l -root /r run box", { directory: "/r", runtime: "glassbox" }],
  ["runc run box", undefined],
  ["ls --root /tmp/r", undefined],
  ["runc --root", undefined],
];
for (const [command, expected] of CASES) {
  test(`stateRootOf reads "${command}"`, () =>
    assert.deepEqual(stateRootOf({ argv: command.split(" "), cwd: "/home/ada" }), expected));
}
