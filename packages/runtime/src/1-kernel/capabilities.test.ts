import assert from "node:assert/strict";
import { test } from "node:test";
import { capabilityMask, capabilityNames } from "./capabilities.ts";

test("capabilityMask takes names with and without CAP_ and tells the unknown ones", () => {
  assert.deepEqual(capabilityMask(["CAP_CHOWN", "kill", "CAP_CHECKPOINT_RESTORE", "CAP_FLY"]), {
    mask: 0x10000000021n,
    unknown: ["CAP_FLY"],
  });
});

test("capabilityNames reads back the CapBnd of a machine without CAP_SYS_RESOURCE", () => {
  const names = capabilityNames(0x1fffeffffffn);
  assert.equal(names.length, 40);
  assert.equal(names.includes("CAP_SYS_RESOURCE"), false);
  assert.deepEqual(capabilityNames(1n << 50n), ["CAP_50"]);
});
