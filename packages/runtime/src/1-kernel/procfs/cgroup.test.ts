import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProcCgroup } from "./cgroup.ts";

test("parseProcCgroup reads v1, named and unified hierarchies", () => {
  const text = "9:name=systemd:/\n4:memory:/user/c807\n2:cpu,cpuacct:/a:b\n0::/user.slice (deleted)\n";
  assert.deepEqual(parseProcCgroup(text), [
    { hierarchy: "name=systemd", path: "/" },
    { hierarchy: "memory", path: "/user/c807" },
    { hierarchy: "cpu,cpuacct", path: "/a:b" },
    { hierarchy: "unified", path: "/user.slice" },
  ]);
});

test("parseProcCgroup reads a pure v2 machine", () => {
  assert.deepEqual(parseProcCgroup("0::/glassbox/lab\n"), [{ hierarchy: "unified", path: "/glassbox/lab" }]);
});
