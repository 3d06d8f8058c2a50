import assert from "node:assert/strict";
import { test } from "node:test";
import { BPF } from "../abi/bpf.ts";
import { disassembleEbpf } from "../ebpf/disassembler.ts";
import { interpretEbpf } from "../ebpf/interpreter.ts";
import { deviceProgram } from "./devices-bpf.ts";
import type { DeviceRule } from "./limits.ts";

const BITS: Record<string, number> = {
  r: BPF.BPF_DEVCG_ACC_READ,
  w: BPF.BPF_DEVCG_ACC_WRITE,
  m: BPF.BPF_DEVCG_ACC_MKNOD,
};

/** Asks as the kernel does: `c 1:11 rw`. */
function allows(rules: DeviceRule[], question: string): boolean {
  const [, type, major, minor, accesses = ""] = /^([bc]) (\d+):(\d+) ([rwm]*)$/.exec(question) ?? [];
  const wanted = [...accesses].reduce((bits, letter) => bits | (BITS[letter] ?? 0), 0);
  const kind = type === "b" ? BPF.BPF_DEVCG_DEV_BLOCK : BPF.BPF_DEVCG_DEV_CHAR;
  const context = new Uint32Array([(wanted << 16) | kind, Number(major), Number(minor)]);
  return interpretEbpf(deviceProgram(rules), new Uint8Array(context.buffer)) === 1n;
}

const forbidAll: DeviceRule = { allow: false, access: "rwm" };
const kmsg = { type: "c", major: 1, minor: 11 };
const everythingButKmsg = (access: string): DeviceRule[] => [{ allow: true }, { allow: false, ...kmsg, access }];

const questions: Array<[string, DeviceRule[], string, boolean]> = [
  ["nothing is allowed that no rule speaks of", [], "c 1:11 r", false],
  ["what every container has is allowed", [forbidAll], "c 1:3 rw", true],
  ["terminals are allowed, whatever their number", [forbidAll], "c 136:42 rw", true],
  ["a node may be made of any device, but not opened", [forbidAll], "b 8:0 m", true],
  ["a node may be made of any device, but not opened", [forbidAll], "b 8:0 rm", false],
  ["a rule allows its accesses", [forbidAll, { allow: true, ...kmsg, access: "rw" }], "c 1:11 rw", true],
  ["a rule allows no others", [forbidAll, { allow: true, ...kmsg, access: "r" }], "c 1:11 rw", false],
  ["a rule is about its kind", [forbidAll, { allow: true, ...kmsg, access: "r" }], "b 1:11 r", false],
  ["a rule is about its numbers", [forbidAll, { allow: true, ...kmsg, access: "r" }], "c 2:11 r", false],
  ["a rule is about its numbers", [forbidAll, { allow: true, ...kmsg, access: "r" }], "c 1:12 r", false],
  ["no access named is every access", [forbidAll, { allow: true, ...kmsg }], "c 1:11 rwm", true],
  ["-1 is any number", [forbidAll, { allow: true, type: "b", major: 8, minor: -1, access: "r" }], "b 8:9 r", true],
  [
    "two rules together allow what each allows",
    [forbidAll, { allow: true, ...kmsg, access: "r" }, { allow: true, type: "c", major: 1, access: "w" }],
    "c 1:11 rw",
    true,
  ],
  [
    "a later rule takes an earlier one back",
    [forbidAll, { allow: true, ...kmsg }, { allow: false, ...kmsg, access: "w" }],
    "c 1:11 w",
    false,
  ],
  [
    "a later rule takes only its own accesses back",
    [forbidAll, { allow: true, ...kmsg }, { allow: false, ...kmsg, access: "w" }],
    "c 1:11 r",
    true,
  ],
  [
    "a later rule about everything makes the earlier ones void",
    [{ allow: true, ...kmsg }, forbidAll],
    "c 1:11 r",
    false,
  ],
  ["everything can be allowed", [{ allow: true, type: "a" }], "b 8:0 rwm", true],
  ["everything but", [{ allow: true }, { allow: false, type: "b", major: 8, access: "w" }], "b 8:0 w", false],
  ["everything but", [{ allow: true }, { allow: false, type: "b", major: 8, access: "w" }], "b 8:0 r", true],
  ["what one may not make is not given back by the rule for all", everythingButKmsg("m"), "c 1:11 m", false],
  ["what one may not make is not given back by the rule for all", everythingButKmsg("m"), "c 1:11 rw", true],
  [
    "what every container has is given back",
    [{ allow: true }, { allow: false, type: "c", major: 1, minor: 3 }],
    "c 1:3 rwm",
    true,
  ],
  ["some access to everything is no rule about everything", [{ allow: true, access: "r" }], "b 8:0 rw", false],
];

for (const [sentence, rules, question, expected] of questions) {
  test(`deviceProgram: ${sentence}: ${question}`, () => assert.equal(allows(rules, question), expected));
}

test("deviceProgram asks for kind, number and access, the latest rule first", () => {
  const text = disassembleEbpf(deviceProgram([forbidAll, { allow: false, ...kmsg, access: "w" }]));
  const lines = text.split("\n");
  assert.deepEqual(
    [...lines.slice(0, 10), ...lines.slice(-9)],
    [
      "0000: r2 = *(u32 *)(r1 + 0)",
      "0001: r3 = r2",
      "0002: r2 &= 0xffff",
      "0003: r3 >>= 16",
      "0004: r4 = *(u32 *)(r1 + 4)",
      "0005: r5 = *(u32 *)(r1 + 8)",
      "0006: if r2 != 2 goto 0010",
      "0007: if r4 != 136 goto 0010",
      "0008: r3 &= 0xfffffff8",
      "0009: if r3 == 0 goto 0062",
      "0056: if r2 != 2 goto 0060",
      "0057: if r4 != 1 goto 0060",
      "0058: if r5 != 11 goto 0060",
      "0059: if r3 & 0x4 goto 0060",
      "0060: r0 = 0",
      "0061: exit",
      "0062: r0 = 1",
      "0063: exit",
      "",
    ],
  );
});

test("deviceProgram refuses a number that no device can have, instead of cutting it", () => {
  assert.throws(() => deviceProgram([{ allow: true, type: "c", major: 1, minor: 2 ** 32 + 3 }]), /4294967299/);
});
