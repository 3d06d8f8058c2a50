import assert from "node:assert/strict";
import { test } from "node:test";
import { originsOf, straighten } from "./straight-imports.mjs";

const list = `/** A layer. */
export type { Shape } from "./shape.ts";
export { close, type Door, open } from "./door.ts";
export {
  NAMES as DOOR_NAMES,
  toName,
} from "./names.ts";
`;

test("originsOf: says for each name the file, and what it is called there", () => {
  assert.deepEqual(Object.fromEntries(originsOf(list)), {
    Shape: { file: "./shape.ts", name: "Shape" },
    close: { file: "./door.ts", name: "close" },
    Door: { file: "./door.ts", name: "Door" },
    open: { file: "./door.ts", name: "open" },
    DOOR_NAMES: { file: "./names.ts", name: "NAMES" },
    toName: { file: "./names.ts", name: "toName" },
  });
});

const origins = originsOf(list);
const cases = [
  [
    "imports each name from its file",
    `import { DOOR_NAMES, open as unlock, type Door } from "../0-base/mod.ts";\nopen();\n`,
    `import { NAMES as DOOR_NAMES } from "./names.ts"; import { open as unlock } from "./door.ts"; import type { Door as Door } from "./door.ts";\nopen();\n`,
  ],
  [
    "keeps the lines that follow where they were",
    `import {\n  close,\n  toName,\n} from "../mod.ts";\nclose();\n`,
    `import { close as close } from "./door.ts"; import { toName as toName } from "./names.ts";\n\n\n\nclose();\n`,
  ],
  [
    "leaves a name that it cannot place with the list",
    `import { missing } from "../mod.ts";\n`,
    `import { missing as missing } from "../mod.ts";\n`,
  ],
  [
    "leaves all other imports alone",
    `import type { Shape } from "../mod.ts";\nimport { close } from "./door.ts";\n`,
    `import type { Shape } from "../mod.ts";\nimport { close } from "./door.ts";\n`,
  ],
];

for (const [name = "", before = "", after = ""] of cases) {
  test(`straighten: ${name}`, () => {
    const straight = straighten(before, (_, wanted) => origins.get(wanted));
    assert.equal(straight, after);
  });
}
