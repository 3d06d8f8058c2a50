import assert from "node:assert/strict";
import { test } from "node:test";
import { namespaceNode, processNode } from "@glassbox/protocol/example-nodes";
import { EVERYTHING, matches } from "./matching.ts";

test("matches filters by kind, by origin and by every word, whatever the case", () => {
  const sleep = processNode(42, { argv: ["sleep", "60"], comm: "sleep" });
  assert.equal(matches(sleep, EVERYTHING), true);
  assert.equal(matches(sleep, { ...EVERYTHING, kinds: ["namespace"] }), false);
  assert.equal(matches(sleep, { ...EVERYTHING, origins: ["learner"] }), true);
  assert.equal(matches(sleep, { ...EVERYTHING, text: "SLEEP 42" }), true);
  assert.equal(matches(sleep, { ...EVERYTHING, text: "sleep 43" }), false);
  assert.equal(matches(namespaceNode("uts", 9, { hostname: "web" }), { ...EVERYTHING, text: "uts web" }), true);
});
