import assert from "node:assert/strict";
import { test } from "node:test";
import { formatIdMap, idMapProblem, parseIdMap } from "./id-maps.ts";

const ROOTLESS = [
  { inside: 0, outside: 1000, length: 1 },
  { inside: 1, outside: 100000, length: 65536 },
];

test("formatIdMap and parseIdMap are each other's inverse, on the kernel's own spacing too", () => {
  assert.equal(formatIdMap(ROOTLESS), "0 1000 1\n1 100000 65536\n");
  assert.deepEqual(parseIdMap(formatIdMap(ROOTLESS)), ROOTLESS);
  assert.deepEqual(parseIdMap("         0          0 4294967295\n"), [{ inside: 0, outside: 0, length: 4294967295 }]);
});

test("idMapProblem names the line the kernel would refuse", () => {
  const cases = [
    { map: ROOTLESS, problem: undefined },
    { map: [{ inside: 0, outside: 0, length: 0 }], problem: "line 0 maps no ids (size 0)" },
    { map: [...ROOTLESS, { inside: 5, outside: 900000, length: 1 }], problem: "line 2 overlaps line 1" },
    { map: [{ inside: 4294967295, outside: 0, length: 2 }], problem: "line 0 goes past the last id" },
  ];
  for (const { map, problem } of cases) assert.equal(idMapProblem(map), problem);
});
