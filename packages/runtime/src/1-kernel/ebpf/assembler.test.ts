import assert from "node:assert/strict";
import { test } from "node:test";
import { assembleEbpf, type EbpfLine, encodeEbpf } from "./assembler.ts";
import { disassembleEbpf } from "./disassembler.ts";
import { interpretEbpf } from "./interpreter.ts";

/** 1 when the first word, without its lower half, has bit 0 and is not 5; each instruction once. */
const lines: EbpfLine[] = [
  { kind: "load", to: 2, from: 1, offset: 4 },
  { kind: "copy", to: 3, from: 2 },
  { kind: "shift right", to: 3, value: 16 },
  { kind: "and", to: 3, value: -9 },
  { kind: "jump if", register: 3, condition: "==", value: 5, target: "no" },
  { kind: "jump if", register: 3, condition: "&", value: 1, target: "yes" },
  { kind: "jump if", register: 3, condition: "!=", value: 5, target: "no" },
  { kind: "label", name: "yes" },
  { kind: "set", to: 0, value: 1 },
  { kind: "jump", target: "end" },
  { kind: "label", name: "no" },
  { kind: "set", to: 0, value: 0 },
  { kind: "label", name: "end" },
  { kind: "exit" },
];

test("disassembleEbpf prints every instruction that assembleEbpf makes", () => {
  assert.equal(
    disassembleEbpf(assembleEbpf(lines)),
    [
      "0000: r2 = *(u32 *)(r1 + 4)",
      "0001: r3 = r2",
      "0002: r3 >>= 16",
      "0003: r3 &= 0xfffffff7",
      "0004: if r3 == 5 goto 0009",
      "0005: if r3 & 0x1 goto 0007",
      "0006: if r3 != 5 goto 0009",
      "0007: r0 = 1",
      "0008: goto 0010",
      "0009: r0 = 0",
      "0010: exit",
      "",
    ].join("\n"),
  );
});

test("interpretEbpf answers as the program says", () => {
  const program = assembleEbpf(lines);
  const answer = (upper: number) => interpretEbpf(program, new Uint8Array([0, 0, 0, 0, 0xff, 0xff, upper, 0]));
  assert.deepEqual([1, 2, 3, 5, 9, 13].map(answer), [1n, 0n, 1n, 0n, 1n, 0n]);
});

test("interpretEbpf refuses what the kernel's verifier would", () => {
  assert.throws(() => interpretEbpf(assembleEbpf([{ kind: "exit" }]), new Uint8Array(4)), /r0 is read before/);
  assert.throws(() => interpretEbpf([], new Uint8Array(4)), /without an exit/);
  assert.throws(
    () => interpretEbpf(assembleEbpf([{ kind: "load", to: 0, from: 1, offset: 4 }]), new Uint8Array(4)),
    RangeError,
  );
});

test("encodeEbpf lays an instruction out as struct bpf_insn", () => {
  const program = assembleEbpf([
    { kind: "load", to: 2, from: 1, offset: 8 },
    { kind: "jump if", register: 2, condition: "!=", value: -2, target: "end" },
    { kind: "label", name: "end" },
    { kind: "exit" },
  ]);
  assert.equal(
    Buffer.from(encodeEbpf(program)).toString("hex"),
    ["6112080000000000", "55020000feffffff", "9500000000000000"].join(""),
  );
});

test("assembleEbpf refuses a jump back and a number that does not fit", () => {
  assert.throws(
    () =>
      assembleEbpf([
        { kind: "label", name: "top" },
        { kind: "jump", target: "top" },
      ]),
    /"top": it does not come later/,
  );
  assert.throws(() => assembleEbpf([{ kind: "set", to: 0, value: 2 ** 32 + 3 }]), /4294967299 does not fit/);
});
