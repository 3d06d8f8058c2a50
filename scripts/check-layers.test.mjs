import assert from "node:assert/strict";
import { test } from "node:test";
import { findings } from "./check-layers.mjs";

const cases = [
  [
    "lets a layer call down through mod.ts",
    { "packages/runtime/src/2-oci/run.ts": 'import { x } from "../1-kernel/mod.ts";' },
    [],
  ],
  [
    "names a call upwards",
    { "packages/runtime/src/1-kernel/a.ts": 'import { x } from "../2-oci/mod.ts";' },
    ['packages/runtime/src/1-kernel/a.ts: layer 1-kernel may not call 2-oci ("packages/runtime/src/2-oci/mod.ts")'],
  ],
  [
    "names a back door into another layer",
    { "packages/runtime/src/2-oci/a.ts": 'import { x } from "../1-kernel/errno.ts";' },
    [
      'packages/runtime/src/2-oci/a.ts: takes "packages/runtime/src/1-kernel/errno.ts"; another layer is entered by its mod.ts',
    ],
  ],
  [
    "keeps the web away from the runtime",
    { "apps/web/src/a.ts": 'import { x } from "@glassbox/runtime/kernel";' },
    ['apps/web/src/a.ts: apps/web may not import "@glassbox/runtime/kernel"'],
  ],
  [
    "keeps libraries out of the runtime",
    { "packages/runtime/src/1-kernel/a.ts": 'import { z } from "zod";' },
    ['packages/runtime/src/1-kernel/a.ts: the runtime uses only node: modules, not "zod"'],
  ],
  ["ignores imports in comments", { "packages/runtime/src/0-base/a.ts": '/** import { x } from "zod"; */' }, []],
  [
    "names a circle",
    {
      "apps/agent/src/a.ts": 'import { b } from "./b.ts";',
      "apps/agent/src/b.ts": 'import { a } from "./a.ts";',
    },
    ["circle: apps/agent/src/a.ts -> apps/agent/src/b.ts -> apps/agent/src/a.ts"],
  ],
  [
    "names a grab bag",
    { "apps/agent/src/utils.ts": "" },
    ['apps/agent/src/utils.ts: "utils.ts" names no idea; call it what it helps'],
  ],
];

for (const [name, sources, expected] of cases) {
  test(`findings ${name}`, () => assert.deepEqual(findings(new Map(Object.entries(sources))), expected));
}
