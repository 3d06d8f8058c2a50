import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { test } from "node:test";
import { inBuild, root } from "../setup/paths.mjs";
import { bundleTests } from "./bundle-tests.mjs";

test("bundleTests makes a test that runs without a loader, and finds what lies beside its source", async (t) => {
  t.after(() => rmSync(inBuild("test-bundles", "own"), { recursive: true, force: true }));
  // This one reads C beside it, by `import.meta.url`.
  const bundled = await bundleTests("own", ["packages/runtime/src/1-kernel/plan/wire.test.ts"]);
  assert.deepEqual(bundled, ["build/test-bundles/own/packages-runtime-src-1-kernel-plan-wire.test.mjs"]);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const said = execFileSync(process.execPath, ["--test", ...bundled], { cwd: root, encoding: "utf8", env });
  assert.match(said, /^# pass [1-9]/m);
  assert.match(said, /^# fail 0$/m);
});
