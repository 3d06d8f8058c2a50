import assert from "node:assert/strict";
import { test } from "node:test";
import { drawValues, fillValues } from "./values.ts";

test("drawValues draws within what was asked for", () => {
  const shapes = { pick: /^(3|4)$/, range: /^[5-7]$/, word: /^[a-z]+$/, words: /^[a-z]+-[a-z]+$/ };
  for (let round = 0; round < 50; round++) {
    const drawn = drawValues({
      pick: { pick: [3, 4] },
      range: { from: 5, to: 7 },
      word: { words: 1 },
      words: { words: 2 },
    });
    for (const [name, shape] of Object.entries(shapes)) assert.match(drawn[name] ?? "", shape);
  }
});

test("fillValues fills known values and names the line of unknown ones", () => {
  assert.deepEqual(fillValues("f", "a {{x}}\n{{y}} {{x}}", { x: "1" }), {
    text: "a 1\n{{y}} 1",
    problems: [{ file: "f", line: 2, message: 'Unknown value "{{y}}"; there are x' }],
  });
});
