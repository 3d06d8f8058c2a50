import assert from "node:assert/strict";
import { test } from "node:test";
import { mayMakeOnV1 } from "./devices.ts";
import type { DeviceRule } from "./limits.ts";

const NULL = { type: "c", major: 1, minor: 3 };
const ALL: DeviceRule = { allow: true, access: "rwm" };
const cases: Array<[string, DeviceRule[], boolean]> = [
  ["no rules: every container may make nodes", [], true],
  ["nothing allowed: the defaults allow making", [{ allow: false, access: "rwm" }], true],
  [
    "a forbidden node in a closed list is allowed by the defaults",
    [{ allow: false, type: "c", major: 1, minor: 3, access: "m" }],
    true,
  ],
  [
    "a default rule for the same device takes it back",
    [ALL, { allow: false, type: "c", major: 1, minor: 3, access: "m" }],
    true,
  ],
  ["a default rule for all of a type takes back only its like", [ALL, { allow: false, type: "c", access: "m" }], true],
  ["a forbidden other device is no matter", [ALL, { allow: false, type: "b", access: "rwm" }], true],
];

test("mayMakeOnV1 says what the kernel's list of exceptions comes to", () => {
  for (const [what, rules, expected] of cases) assert.equal(mayMakeOnV1(rules)(NULL), expected, what);
  const kmsg = { type: "c", major: 1, minor: 11 };
  const forbidden: DeviceRule = { allow: false, type: "c", major: 1, minor: 11, access: "m" };
  assert.equal(mayMakeOnV1([ALL, forbidden])(kmsg), false, "an open list's exception, which no default names");
  assert.equal(mayMakeOnV1([ALL, { ...forbidden, access: "rw" }])(kmsg), true, "forbidden to open, not to make");
  assert.equal(mayMakeOnV1([ALL, forbidden, ALL])(kmsg), true, "a rule for everything begins anew");
});
