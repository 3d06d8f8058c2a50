import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCondition } from "./condition.ts";

test("parseCondition reads fields, operators and values", () => {
  const cases: Array<[string, ReturnType<typeof parseCondition>]> = [
    ["mine", { text: "mine", left: ["mine"], operator: "=", right: { kind: "literal", value: true } }],
    [
      "not P.shared",
      { text: "not P.shared", left: ["P", "shared"], operator: "=", right: { kind: "literal", value: false } },
    ],
    [
      'root starts with "/srv/x y"',
      {
        text: 'root starts with "/srv/x y"',
        left: ["root"],
        operator: "starts with",
        right: { kind: "literal", value: "/srv/x y" },
      },
    ],
    [
      "memoryMax = 48M",
      {
        text: "memoryMax = 48M",
        left: ["memoryMax"],
        operator: "=",
        right: { kind: "literal", value: 48 * 1024 * 1024 },
      },
    ],
    [
      "P.ns.mnt != host.ns.mnt",
      {
        text: "P.ns.mnt != host.ns.mnt",
        left: ["P", "ns", "mnt"],
        operator: "!=",
        right: { kind: "path", path: ["host", "ns", "mnt"] },
      },
    ],
  ];
  for (const [text, condition] of cases) assert.deepEqual(parseCondition(text), condition, text);
});

test("parseCondition refuses what it cannot read, quoting it", () => {
  for (const text of ["root /", "root = /", 'root = "open', "root == 3", ""]) {
    assert.throws(() => parseCondition(text), { category: "invalid argument" }, text);
  }
});
