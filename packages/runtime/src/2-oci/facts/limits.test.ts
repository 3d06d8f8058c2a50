import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHardLimits } from "./limits.ts";

test("parseHardLimits reads the kernel's table", () => {
  const limits = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max open files            1024                 20000                files
`;
  assert.deepEqual(parseHardLimits(limits), { RLIMIT_CPU: 0xffffffffffffffffn, RLIMIT_NOFILE: 20000 });
});
