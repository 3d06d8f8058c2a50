import assert from "node:assert/strict";
import { test } from "node:test";
import { SECCOMP_SHAPE, seccompProblems } from "./seccomp-shape.ts";

const defaultAction = "SCMP_ACT_ALLOW";
const notify = (...names: string[]) => ({ names, action: "SCMP_ACT_NOTIFY" });

test("SECCOMP_SHAPE names the field of every word that seccomp does not have", () => {
  const profile = {
    defaultAction: "SCMP_ACT_SHRUG",
    architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_ABACUS"],
    flags: ["SECCOMP_FILTER_FLAG_X"],
    syscalls: [{ names: ["read"], action: "SCMP_ACT_KILL", args: [{ index: 6, value: -1.5, op: "SCMP_CMP_ISH" }] }],
  };
  assert.deepEqual(
    SECCOMP_SHAPE(profile, "").map(({ pointer }) => pointer),
    [
      "/defaultAction",
      "/architectures/1",
      "/flags/0",
      "/syscalls/0/args/0/index",
      "/syscalls/0/args/0/value",
      "/syscalls/0/args/0/op",
    ],
  );
});

test("seccompProblems holds a profile with an agent to what an agent needs", () => {
  const listenerPath = "/run/agent.sock";
  const cases = [
    { profile: { defaultAction, listenerPath, syscalls: [notify("mkdir")] }, pointers: [] },
    { profile: { defaultAction, listenerPath }, pointers: [] },
    { profile: { defaultAction, syscalls: [notify("mkdir")] }, pointers: ["listenerPath"] },
    { profile: { defaultAction, listenerPath: "agent", syscalls: [notify("mkdir")] }, pointers: ["listenerPath"] },
    {
      profile: { defaultAction, listenerPath: `/${"x".repeat(107)}`, syscalls: [notify("mkdir")] },
      pointers: ["listenerPath"],
    },
    { profile: { defaultAction, listenerPath, syscalls: [notify("read", "write")] }, pointers: ["syscalls/0/names"] },
    { profile: { defaultAction: "SCMP_ACT_NOTIFY", listenerPath }, pointers: ["defaultAction"] },
    { profile: { defaultAction, listenerMetadata: "x" }, pointers: ["listenerMetadata"] },
  ];
  for (const { profile, pointers } of cases) {
    assert.deepEqual(
      seccompProblems(profile).map(({ pointer }) => pointer),
      pointers.map((pointer) => `/linux/seccomp/${pointer}`),
      JSON.stringify(profile),
    );
  }
});
