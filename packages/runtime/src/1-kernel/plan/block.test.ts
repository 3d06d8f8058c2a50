import assert from "node:assert/strict";
import { test } from "node:test";
import { Block } from "./block.ts";

test("Block.setInteger writes little-endian, negative numbers in two's complement", () => {
  const cases: Array<[size: number, value: number | bigint, hex: string]> = [
    [2, 0xfffe, "feff"],
    [2, -1, "ffff"],
    [4, 0xffff_ffff, "ffffffff"],
    [4, -100, "9cffffff"],
    [8, 2 ** 53 - 1, "ffffffffffff1f00"],
    [8, 0x1_0000_0002, "0200000001000000"],
    [8, -1, "ffffffffffffffff"],
    [8, 0xffff_ffff_ffff_ffffn, "ffffffffffffffff"],
  ];
  for (const [size, value, hex] of cases) {
    const block = new Block();
    const at = block.reserve(size);
    block.setInteger(at, size, value);
    assert.equal(Buffer.from(block.bytes).toString("hex"), hex, `${value} in ${size} bytes`);
  }
});

test("Block.setInteger refuses what would lose bits", () => {
  const block = new Block();
  const at = block.reserve(8);
  for (const [size, value] of [
    [2, 0x1_0000],
    [2, -0x8001],
    [4, 2 ** 32],
    [8, 2n ** 64n],
    [8, 0.5],
    [8, Number.NaN],
  ] as const) {
    assert.throws(
      () => block.setInteger(at, size, value),
      { category: "invalid argument" },
      `${value} in ${size} bytes`,
    );
  }
});

test("Block.reserve keeps what is there when it grows, and aligns to 8 bytes", () => {
  const block = new Block();
  block.append(new Uint8Array([1, 2, 3]));
  const large = block.reserve(100_000);
  assert.deepEqual([large, block.bytes.length, ...block.bytes.subarray(0, 4)], [8, 100_008, 1, 2, 3, 0]);
});

test("Block.appendText writes UTF-8 with a NUL behind it, at a multiple of eight, however often it has to grow", () => {
  const block = new Block();
  block.append(Uint8Array.of(1));
  assert.equal(block.appendText("é"), 8);
  assert.equal(Buffer.from(block.bytes).toString("hex"), "0100000000000000c3a900");
  const long = "x".repeat(200_000);
  const at = block.appendText(long);
  assert.equal(Buffer.from(block.bytes.subarray(at)).toString(), `${long}\0`);
});
