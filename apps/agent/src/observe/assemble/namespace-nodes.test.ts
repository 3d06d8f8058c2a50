import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountinfo } from "@glassbox/runtime/kernel";
import { exampleAssembly, exampleFacts, exampleProcess, INITIAL } from "./example-facts.ts";
import { findHolders } from "./holders.ts";
import { namespaceNodes } from "./namespace-nodes.ts";

test("findHolders gathers members, children's namespaces, descriptors and bind mounts, each with a path to open", () => {
  const facts = exampleFacts([
    exampleProcess(10, { pidForChildren: 500, namespaceDescriptors: [{ type: "net", inode: 501, fd: 7 }] }),
    exampleProcess(11),
  ]);
  const text = "68 43 0:4 uts:[502] /run/kept rw - nsfs nsfs rw\n";
  facts.mountTables.set(INITIAL.mnt, { namespace: INITIAL.mnt, text, mounts: parseMountinfo(text) });
  const holders = findHolders(facts);
  const [none, noPids] = [[] as string[], [] as number[]];
  assert.deepEqual(holders.get(INITIAL.uts), {
    type: "uts",
    inode: INITIAL.uts,
    memberPids: [10, 11],
    holderPids: noPids,
    heldBy: none,
    paths: ["/proc/10/ns/uts"],
  });
  const held = [500, 501, 502].map((inode) => holders.get(inode));
  assert.deepEqual(
    held.map((each) => [each?.type, each?.memberPids, each?.heldBy, each?.paths]),
    [
      ["pid", [], ["10:pid_for_children"], ["/proc/10/ns/pid_for_children"]],
      ["net", [], ["10:7"], ["/proc/10/fd/7"]],
      ["uts", [], ["/run/kept"], ["/run/kept"]],
    ],
  );
});

test("namespaceNodes shows owners and parents that have no member of their own", () => {
  const facts = exampleFacts([exampleProcess(10, { namespaces: { ...INITIAL, pid: 600 } })]);
  facts.namespaces.set("ns:pid:600", { type: "pid", inode: 600, owner: 601, parent: INITIAL.pid });
  facts.namespaces.set("ns:user:601", { type: "user", inode: 601, parent: INITIAL.user });
  const nodes = new Map(namespaceNodes(exampleAssembly(facts)).map((node) => [node.id, node]));
  assert.deepEqual(
    [nodes.get("ns:pid:600")?.owner, nodes.get("ns:pid:600")?.parent, nodes.get("ns:pid:600")?.initial],
    ["ns:user:601", `ns:pid:${INITIAL.pid}`, false],
  );
  assert.deepEqual(
    [nodes.get("ns:user:601")?.memberCount, nodes.get("ns:user:601")?.parent],
    [0, `ns:user:${INITIAL.user}`],
  );
});
