import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { OWN_FDS } from "./sysrun-process.ts";
import * as wire from "./wire.ts";

const sysrun = new URL("../../../native/sysrun/", import.meta.url);
const source = readFileSync(new URL("wire.h", sysrun), "utf8");

/** Field offsets of a struct in wire.h, which has no padding (static assertions there say so). */
function structInC(name: string): { offsets: Record<string, number>; size: number } {
  const body = source.match(new RegExp(`^struct ${name} \\{\\n([^}]*)\\};`, "m"))?.[1];
  assert.ok(body, `wire.h has no struct ${name}`);
  const bytes: Record<string, number> = { u16: 2, u32: 4, i32: 4, u64: 8, i64: 8 };
  const offsets: Record<string, number> = {};
  let size = 0;
  for (const [, type = "", field = "", count = "1"] of body.matchAll(/^ {2}(\w+) (\w+)(?:\[(\d+)\])?;/gm)) {
    offsets[field] = size;
    size += (bytes[type] ?? Number.NaN) * Number(count);
  }
  return { offsets, size };
}

/** Every `PREFIX_NAME = number` of wire.h's enums. */
function enumInC(prefix: string): Record<string, number> {
  const entries = source.matchAll(new RegExp(`^ {2}${prefix}(\\w+) = (\\w+),`, "gm"));
  return Object.fromEntries([...entries].map(([, name, value]) => [name, Number(value)]));
}

test("wire structs stand in wire.h with the same fields at the same offsets", () => {
  assert.deepEqual(structInC("header"), { offsets: wire.HEADER, size: wire.HEADER_BYTES });
  assert.deepEqual(structInC("program"), { offsets: wire.PROGRAM, size: wire.PROGRAM_BYTES });
  assert.deepEqual(structInC("op"), { offsets: wire.OP, size: wire.OP_BYTES });
  assert.deepEqual(structInC("patch"), { offsets: wire.PATCH, size: wire.PATCH_BYTES });
  assert.deepEqual(structInC("record"), { offsets: wire.RECORD, size: wire.RECORD_BYTES });
});

test("OWN_FDS are those that sysrun keeps", () => {
  assert.match(readFileSync(new URL("main.c", sysrun), "utf8"), new RegExp(`OUR_LOWEST_FD = ${OWN_FDS.first} `));
});

test("wire numbers are those of wire.h", () => {
  assert.deepEqual(enumInC("OP_"), wire.OP_FLAG);
  assert.deepEqual(enumInC("PATCH_"), wire.PATCH_KIND);
  assert.deepEqual(enumInC("RECORD_"), wire.RECORD_KIND);
  const { MAGIC, BLOCK_MAX_BYTES } = enumInC("");
  const [NO_SLOT, CALL_TELL, CALL_RELAY, CALL_OUTLIVE] = ["NO_SLOT", "CALL_TELL", "CALL_RELAY", "CALL_OUTLIVE"].map(
    (name) => Number(source.match(new RegExp(`^#define ${name} (0x\\w+)u`, "m"))?.[1]),
  );
  assert.deepEqual(
    { MAGIC, BLOCK_MAX_BYTES, NO_SLOT, CALL_TELL, CALL_RELAY, CALL_OUTLIVE },
    {
      MAGIC: wire.MAGIC,
      BLOCK_MAX_BYTES: wire.BLOCK_MAX_BYTES,
      NO_SLOT: wire.NO_SLOT,
      CALL_TELL: wire.CALL_TELL,
      CALL_RELAY: wire.CALL_RELAY,
      CALL_OUTLIVE: wire.CALL_OUTLIVE,
    },
  );
  assert.equal(source.match(/u16 allow\[(\d+)\]/)?.[1], `${wire.ALLOW_MAX}`);
});
