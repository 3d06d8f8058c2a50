import assert from "node:assert/strict";
import { test } from "node:test";
import { SECCOMP } from "../abi/seccomp.ts";
import { SYSCALL_NUMBERS } from "../abi/syscall-numbers.ts";
import { disassemble, encodeInstructions } from "./assembler.ts";
import { compileSeccomp } from "./compile.ts";
import { interpret } from "./interpreter.ts";
import type { SeccompProfile } from "./profile.ts";

const X86_64 = SECCOMP.AUDIT_ARCH_X86_64;
const ALLOW = SECCOMP.SECCOMP_RET_ALLOW;
const KILL = SECCOMP.SECCOMP_RET_KILL_THREAD;
const errno = (number: number) => SECCOMP.SECCOMP_RET_ERRNO | number;
const nr = SYSCALL_NUMBERS.x86_64;

const PROFILE: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  syscalls: [
    { names: ["read", "write", "openat2", "no_such_call"], action: "SCMP_ACT_ALLOW" },
    { names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 30 },
    { names: ["kill"], action: "SCMP_ACT_KILL_PROCESS" },
    {
      names: ["personality"],
      action: "SCMP_ACT_ALLOW",
      args: [
        { index: 0, value: 0, op: "SCMP_CMP_EQ" },
        { index: 0, value: 0xffffffff, op: "SCMP_CMP_EQ" },
      ],
    },
    {
      names: ["clone"],
      action: "SCMP_ACT_ALLOW",
      args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }],
    },
  ],
};

test("compileSeccomp decides each call as the profile says", () => {
  const { instructions, unknownNames } = compileSeccomp(PROFILE, "x86_64");
  assert.deepEqual(unknownNames, ["no_such_call"]);
  const cases = [
    { call: { nr: nr.read, arch: X86_64 }, value: ALLOW, why: "listed" },
    { call: { nr: nr.mount, arch: X86_64 }, value: errno(1), why: "not listed, so the default with EPERM" },
    { call: { nr: nr.mkdir, arch: X86_64 }, value: errno(30), why: "its own errnoRet" },
    { call: { nr: nr.kill, arch: X86_64 }, value: SECCOMP.SECCOMP_RET_KILL_PROCESS, why: "listed" },
    { call: { nr: nr.personality, arch: X86_64, args: [0] }, value: ALLOW, why: "first alternative" },
    { call: { nr: nr.personality, arch: X86_64, args: [0xffffffff] }, value: ALLOW, why: "second alternative" },
    { call: { nr: nr.personality, arch: X86_64, args: [8] }, value: errno(1), why: "neither alternative" },
    { call: { nr: nr.clone, arch: X86_64, args: [17] }, value: ALLOW, why: "no namespace flag" },
    { call: { nr: nr.clone, arch: X86_64, args: [0x20000000] }, value: errno(1), why: "CLONE_NEWPID" },
    { call: { nr: nr.openat2 + 1, arch: X86_64 }, value: errno(38), why: "newer than any call of the profile: ENOSYS" },
    { call: { nr: 0x40000000, arch: X86_64 }, value: KILL, why: "x32, which is not listed" },
    { call: { nr: 3, arch: SECCOMP.AUDIT_ARCH_I386 }, value: KILL, why: "32 bit, which is not listed" },
  ];
  for (const { call, value, why } of cases) assert.equal(interpret(instructions, call), value, why);
});

test("compileSeccomp compares 64 bits with every operator", () => {
  const big = 0x1_0000_0005n;
  const table: Array<{ op: string; allowed: bigint[]; denied: bigint[] }> = [
    { op: "SCMP_CMP_EQ", allowed: [big], denied: [5n, 0x1_0000_0004n, 0x2_0000_0005n] },
    { op: "SCMP_CMP_NE", allowed: [5n, 0x1_0000_0004n], denied: [big] },
    { op: "SCMP_CMP_GT", allowed: [0x1_0000_0006n, 0x2_0000_0000n], denied: [big, 0xffff_ffffn] },
    { op: "SCMP_CMP_GE", allowed: [big, 0x2_0000_0000n], denied: [0x1_0000_0004n, 0xffff_ffffn] },
    { op: "SCMP_CMP_LT", allowed: [0x1_0000_0004n, 0xffff_ffffn], denied: [big, 0x2_0000_0000n] },
    { op: "SCMP_CMP_LE", allowed: [big, 0xffff_ffffn], denied: [0x1_0000_0006n, 0x2_0000_0000n] },
  ];
  for (const { op, allowed, denied } of table) {
    const { instructions } = compileSeccomp(
      {
        defaultAction: "SCMP_ACT_KILL",
        syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW", args: [{ index: 2, value: big, op }] }],
      },
      "x86_64",
    );
    const run = (value: bigint) => interpret(instructions, { nr: nr.read, arch: X86_64, args: [0, 0, value] });
    for (const value of allowed) assert.equal(run(value), ALLOW, `${value} ${op} ${big}`);
    for (const value of denied) assert.equal(run(value), KILL, `not ${value} ${op} ${big}`);
  }
});

test("compileSeccomp covers other architectures the profile lists, by their own numbers", () => {
  const { instructions } = compileSeccomp(
    { ...PROFILE, architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
    "x86_64",
  );
  assert.equal(interpret(instructions, { nr: 3, arch: SECCOMP.AUDIT_ARCH_I386 }), ALLOW, "read is 3 in 32 bit");
  assert.equal(interpret(instructions, { nr: 0, arch: SECCOMP.AUDIT_ARCH_I386 }), errno(1));
  assert.equal(interpret(instructions, { nr: 0x40000000, arch: X86_64 }), ALLOW);
  assert.equal(interpret(instructions, { nr: nr.read, arch: X86_64 }), ALLOW);
});

test("compileSeccomp finds 32-bit socket and IPC calls behind their common doors", () => {
  const { instructions } = compileSeccomp(
    {
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86"],
      syscalls: [{ names: ["socket", "shmat"], action: "SCMP_ACT_ERRNO" }],
    },
    "x86_64",
  );
  const { socketcall, ipc, socket } = SYSCALL_NUMBERS.x86;
  const run = (nr: number, first: number) =>
    interpret(instructions, { nr, arch: SECCOMP.AUDIT_ARCH_I386, args: [first] });
  assert.equal(run(socket, 2), errno(1), "the call itself");
  assert.equal(run(socketcall, 1), errno(1), "SYS_SOCKET");
  assert.equal(run(socketcall, 2), ALLOW, "SYS_BIND");
  assert.equal(run(ipc, 21), errno(1), "SHMAT");
  assert.equal(run(ipc, 22), ALLOW, "SHMDT");
});

test("compileSeccomp compares only what a 32-bit program can pass", () => {
  const { instructions } = compileSeccomp(
    {
      defaultAction: "SCMP_ACT_ALLOW",
      architectures: ["SCMP_ARCH_X86"],
      syscalls: [
        { names: ["read"], action: "SCMP_ACT_ERRNO", args: [{ index: 0, value: -1n, op: "SCMP_CMP_EQ" }] },
        {
          names: ["write"],
          action: "SCMP_ACT_ERRNO",
          args: [{ index: 0, value: 0x1_0000_0000n, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }],
        },
      ],
    },
    "x86_64",
  );
  const { read, write } = SYSCALL_NUMBERS.x86;
  const run = (number: number, first: number) =>
    interpret(instructions, { nr: number, arch: SECCOMP.AUDIT_ARCH_I386, args: [first] });
  assert.equal(run(read, 0xffffffff), errno(1), "-1 as 32 bits");
  assert.equal(run(read, 0), ALLOW);
  assert.equal(run(write, 7), errno(1), "no bit of the mask is left, so there is no condition");
});

test("compileSeccomp leaves a call that a tracer has skipped to the default action", () => {
  const { instructions } = compileSeccomp(PROFILE, "x86_64");
  assert.equal(interpret(instructions, { nr: 0xffffffff, arch: X86_64 }), errno(1));
});

test("compileSeccomp says whether an agent has to answer", () => {
  const rule = (action: string) => ({ defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["mkdir"], action }] });
  assert.equal(compileSeccomp(rule("SCMP_ACT_NOTIFY"), "x86_64").notifies, true);
  assert.equal(compileSeccomp(rule("SCMP_ACT_ERRNO"), "x86_64").notifies, false);
});

test("compileSeccomp lets an unconditional rule win and gives no ENOSYS under a permissive default", () => {
  const { instructions } = compileSeccomp(
    {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        { names: ["mkdir"], action: "SCMP_ACT_TRAP", args: [{ index: 1, value: 0, op: "SCMP_CMP_EQ" }] },
        { names: ["mkdir"], action: "SCMP_ACT_ERRNO" },
      ],
    },
    "x86_64",
  );
  assert.equal(interpret(instructions, { nr: nr.mkdir, arch: X86_64, args: [0, 0] }), errno(1));
  assert.equal(interpret(instructions, { nr: 100000, arch: X86_64 }), ALLOW);
});

test("compileSeccomp refuses words the kernel does not have", () => {
  assert.throws(() => compileSeccomp({ defaultAction: "SCMP_ACT_MAYBE" }, "x86_64"), /no such action/);
  assert.throws(
    () => compileSeccomp({ defaultAction: "SCMP_ACT_ALLOW", architectures: ["X"] }, "x86_64"),
    /there is none/,
  );
  assert.throws(() => compileSeccomp({ defaultAction: "SCMP_ACT_ALLOW", flags: ["X"] }, "x86_64"), /flag "X"/);
});

test("disassemble prints a filter one instruction a line", () => {
  const { instructions } = compileSeccomp(
    { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["read"], action: "SCMP_ACT_ERRNO" }] },
    "x86_64",
  );
  assert.equal(
    disassemble(instructions),
    `0000: A = arch
0001: if (A == 0xc000003e) goto 0002 else goto 0003
0002: goto 0004
0003: return KILL_THREAD
0004: A = nr
0005: if (A >= 0x40000000) goto 0006 else goto 0007
0006: goto 0011
0007: if (A >= 0x1) goto 0008 else goto 0009
0008: goto 0010
0009: return ERRNO(1)
0010: return ALLOW
0011: if (A >= 0xffffffff) goto 0012 else goto 0013
0012: goto 0014
0013: return KILL_THREAD
0014: return ALLOW
`,
  );
  assert.equal(encodeInstructions(instructions).length, instructions.length * 8);
});
