import assert from "node:assert/strict";
import { test } from "node:test";
import { differingPackages } from "./node-modules.mjs";

const locked = {
  "": { version: "0.1.0" },
  "apps/agent": { version: "0.1.0" },
  "node_modules/@glassbox/agent": { resolved: "apps/agent", link: true },
  "node_modules/ws": { version: "8.23.0", integrity: "sha512-a" },
  "node_modules/@esbuild/win32-x64": { version: "0.28.2", integrity: "sha512-b", optional: true },
};

const cases = [
  ["names all when nothing is installed", undefined, ["node_modules/@glassbox/agent", "node_modules/ws"]],
  [
    "names nothing when all that is not optional is there",
    {
      "node_modules/@glassbox/agent": { resolved: "apps/agent", link: true },
      "node_modules/ws": { version: "8.23.0", integrity: "sha512-a" },
    },
    [],
  ],
  [
    "names what has another version or another content",
    {
      "node_modules/@glassbox/agent": { resolved: "apps/agent", link: true },
      "node_modules/ws": { version: "8.23.0", integrity: "sha512-other" },
    },
    ["node_modules/ws"],
  ],
];

for (const [name, installed, expected] of cases) {
  test(`differingPackages ${name}`, () => assert.deepEqual(differingPackages(locked, installed), expected));
}
