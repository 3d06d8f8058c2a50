import assert from "node:assert/strict";
import { test } from "node:test";
import { countSuites } from "./run-end-to-end.mjs";
import { Tally } from "./tally.mjs";

test("Tally.report groups what was skipped by reason, tells why something failed and ends with one plain line", () => {
  const tally = new Tally();
  tally.pass("a");
  tally.fail("unit: b", "Expected one line\n\nbut got two");
  tally.skip("root: c", "no swap here");
  tally.skip("root: d", "no swap here");
  assert.equal(
    tally.report(),
    [
      "Skipped:",
      "  no swap here",
      "    - root: c",
      "    - root: d",
      "Failed:",
      "  - unit: b",
      "      Expected one line",
      "      but got two",
      "",
      "1 passed, 1 failed, 2 skipped",
    ].join("\n"),
  );
});

test("Tally.isGood wants something passed and nothing failed", () => {
  const tally = new Tally();
  assert.equal(tally.isGood, false, "nothing ran");
  tally.pass("a");
  assert.equal(tally.isGood, true);
  tally.fail("b");
  assert.equal(tally.isGood, false);
});

test("countSuites counts Playwright's nested suites", () => {
  const tally = new Tally();
  const suites = [
    {
      title: "labs.spec.ts",
      specs: [{ title: "opens", tests: [{ status: "expected" }] }],
      suites: [
        {
          title: "lab 0",
          specs: [
            { title: "solves", tests: [{ status: "unexpected", results: [{ error: { message: "no button" } }] }] },
            { title: "v2", tests: [{ status: "skipped", annotations: [{ type: "skip", description: "v1 here" }] }] },
          ],
        },
      ],
    },
  ];
  countSuites(suites, "e2e", tally);
  assert.equal(tally.passed, 1);
  assert.deepEqual(tally.failed, [{ name: "e2e: labs.spec.ts: lab 0: solves", reason: "no button" }]);
  assert.deepEqual(tally.skipped, [{ name: "e2e: labs.spec.ts: lab 0: v2", reason: "v1 here" }]);
});
