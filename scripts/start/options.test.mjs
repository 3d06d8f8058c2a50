import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./options.mjs";

const defaults = { port: 4321, host: "127.0.0.1", vm: false, here: false, yes: false, help: false };

const readable = [
  ["nothing", [], defaults],
  ["a port and a host", ["--port", "80", "--host", "::1"], { ...defaults, port: 80, host: "::1" }],
  ["-y", ["-y", "--vm"], { ...defaults, yes: true, vm: true }],
];
for (const [name, args, expected] of readable) {
  test(`readOptions reads ${name}`, () => assert.deepEqual({ ...readOptions(args) }, expected));
}

const refused = [
  ["a port that is none", ["--port", "4x"], /"4x" is no port/],
  ["both places", ["--vm", "--here"], /cannot both be/],
  ["an unknown option", ["--prot", "1"], /Cannot read the options: Unknown option '--prot'/],
];
for (const [name, args, message] of refused) {
  test(`readOptions refuses ${name}`, () => assert.throws(() => readOptions(args), { name: "Refusal", message }));
}
