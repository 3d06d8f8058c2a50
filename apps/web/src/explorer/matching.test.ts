import assert from "node:assert/strict";
import { test } from "node:test";
import { namespace, process } from "../../test/nodes.ts";
import { EVERYTHING, matches } from "./matching.ts";

test("matches filters by kind, by origin and by every word, whatever the case", () => {
  const sleep = process(42, { argv: ["sleep", "60"], comm: "sleep" });
  assert.equal(matches(sleep, EVERYTHING), true);
  assert.equal(matches(sleep, { ...EVERYTHING, kinds: ["namespace"] }), false);
  assert.equal(matches(sleep, { ...EVERYTHING, origins: ["learner"] }), true);
  assert.equal(matches(sleep, { ...EVERYTHING, text: "SLEEP 42" }), true);
  assert.equal(matches(sleep, { ...EVERYTHING, text: "sleep 43" }), false);
  assert.equal(matches(namespace("uts", 9, { hostname: "web" }), { ...EVERYTHING, text: "uts web" }), true);
});
