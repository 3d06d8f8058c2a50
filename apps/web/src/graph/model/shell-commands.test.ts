import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphNode } from "@glassbox/protocol";
import {
  cgroupNode,
  containerNode,
  graphOf,
  mountNode,
  namespaceNode,
  processNode,
} from "@glassbox/protocol/example-nodes";
import { shellCommandsFor } from "./shell-commands.ts";

const first = (node: GraphNode, nodes: GraphNode[] = [], mode: "v1" | "hybrid" | "v2" = "v2") =>
  shellCommandsFor(node, graphOf(node, ...nodes), mode)[0]?.command;

test("shellCommandsFor names the file of /proc or the cgroup tree that shows the object", () => {
  assert.equal(first(processNode(7)), "cat /proc/7/status");
  assert.equal(first(namespaceNode("uts", 1), [processNode(7)]), "readlink /proc/7/ns/uts");
  assert.equal(first(namespaceNode("net", 9)), "lsns --type net");
  assert.equal(first(cgroupNode("/lab")), "cat /sys/fs/cgroup/lab/cgroup.procs");
  assert.equal(first(cgroupNode("/lab"), [], "hybrid"), "cat /sys/fs/cgroup/unified/lab/cgroup.procs");
  assert.equal(
    first(cgroupNode("/lab", { hierarchy: "memory" }), [], "v1"),
    "cat /sys/fs/cgroup/memory/lab/cgroup.procs",
  );
  assert.equal(first(mountNode(1, 44), [processNode(7)]), "grep '^44 ' /proc/7/mountinfo");
  assert.equal(first(containerNode("web")), "glassrun state web");
  assert.equal(first(containerNode("7", { runtime: "by hand" })), undefined);
});

test("shellCommandsFor quotes a path that the shell would take apart", () => {
  assert.equal(first(cgroupNode("/a b's")), "cat '/sys/fs/cgroup/a b'\\''s'/cgroup.procs");
});
