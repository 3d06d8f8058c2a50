import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import { cgroup, container, graphOf, mount, namespace, process } from "../../../test/nodes.ts";
import { shellCommandsFor } from "./shell-commands.ts";

const first = (node: GraphNode, nodes: GraphNode[] = [], mode: "v1" | "hybrid" | "v2" = "v2") =>
  shellCommandsFor(node, graphOf(node, ...nodes), mode)[0]?.command;

test("shellCommandsFor names the file of /proc or the cgroup tree that shows the object", () => {
  assert.equal(first(process(7)), "cat /proc/7/status");
  assert.equal(first(namespace("uts", 1), [process(7)]), "readlink /proc/7/ns/uts");
  assert.equal(first(namespace("net", 9)), "lsns --type net");
  assert.equal(first(cgroup("/lab")), "cat /sys/fs/cgroup/lab/cgroup.procs");
  assert.equal(first(cgroup("/lab"), [], "hybrid"), "cat /sys/fs/cgroup/unified/lab/cgroup.procs");
  assert.equal(first(cgroup("/lab", { hierarchy: "memory" }), [], "v1"), "cat /sys/fs/cgroup/memory/lab/cgroup.procs");
  assert.equal(first(mount(1, 44), [process(7)]), "grep '^44 ' /proc/7/mountinfo");
  assert.equal(first(container("web")), "glassrun state web");
  assert.equal(first(container("7", { runtime: "by hand" })), undefined);
});

test("shellCommandsFor quotes a path that the shell would take apart", () => {
  assert.equal(first(cgroup("/a b's")), "cat '/sys/fs/cgroup/a b'\\''s'/cgroup.procs");
});
