import assert from "node:assert/strict";
import { test } from "node:test";
import type { Flag } from "../verbs/verb.ts";
import { GLOBAL_FLAGS, parseFlags } from "./arguments.ts";

const FLAGS: Record<string, Flag> = {
  detach: { type: "boolean", short: "d", help: "" },
  env: { type: "string", short: "e", multiple: true, help: "" },
  "no-subreaper": { type: "boolean", help: "" },
};

test("parseFlags takes the forms that real callers use", () => {
  const cases = [
    { args: ["--detach", "web"], mixed: true, values: { detach: true }, rest: ["web"] },
    { args: ["web", "-d"], mixed: true, values: { detach: true }, rest: ["web"] },
    { args: ["-no-subreaper", "web"], mixed: true, values: { "no-subreaper": true }, rest: ["web"] },
    { args: ["-e", "A=1", "--env=B=2", "web"], mixed: true, values: { env: ["A=1", "B=2"] }, rest: ["web"] },
    {
      args: ["-d", "web", "ls", "-l", "--all"],
      mixed: false,
      values: { detach: true },
      rest: ["web", "ls", "-l", "--all"],
    },
    { args: ["web", "-9"], mixed: true, values: {}, rest: ["web", "-9"] },
    { args: ["--", "-d"], mixed: true, values: {}, rest: ["-d"] },
  ];
  for (const { args, mixed, values, rest } of cases) assert.deepEqual(parseFlags(args, FLAGS, mixed), { values, rest });
});

test("parseFlags reads global flags as far as the command", () => {
  assert.deepEqual(parseFlags(["--root", "/r", "--log-format=json", "delete", "--force", "web"], GLOBAL_FLAGS, false), {
    values: { root: "/r", "log-format": "json" },
    rest: ["delete", "--force", "web"],
  });
});

test("parseFlags refuses unknown flags and missing values with the words Go's parser has", () => {
  assert.throws(() => parseFlags(["--fly"], FLAGS, true), /flag provided but not defined: -fly/);
  assert.throws(() => parseFlags(["-e"], FLAGS, true), /flag needs an argument: -e/);
});
