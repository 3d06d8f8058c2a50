import assert from "node:assert/strict";
import { test } from "node:test";
import { type Config, HOOK_KINDS } from "../spec/config.ts";
import { leftOutInRestore } from "./restore-hooks.ts";

const hooked = (kinds: readonly string[]) =>
  ({ hooks: Object.fromEntries(kinds.map((kind) => [kind, [{ path: "/bin/true" }]])) }) as Config;

test("leftOutInRestore() names the kinds of hooks that have been due before", () => {
  assert.deepEqual(
    leftOutInRestore(hooked(HOOK_KINDS)).map((warning) => warning.split(":")[0]),
    ["/hooks/createContainer", "/hooks/startContainer", "/hooks/poststart"],
  );
});

test("leftOutInRestore() has nothing to say of hooks that run, and of none", () => {
  assert.deepEqual(leftOutInRestore(hooked(["prestart", "createRuntime", "poststop"])), []);
  assert.deepEqual(leftOutInRestore({ hooks: { poststart: [] } } as unknown as Config), []);
  assert.deepEqual(leftOutInRestore({} as Config), []);
});
