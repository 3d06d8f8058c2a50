import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cannotObserve, type NodeOf, withGraph } from "./live-graph.ts";

const skip = cannotObserve;

function inodeOf(pid: number | "self", type: string): number {
  return Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/${type}`))?.[0]);
}

const owners: Record<string, string> = {
  user: `ns:user:${inodeOf("self", "user")}`,
  pid: `ns:pid:${inodeOf("self", "pid")}`,
};

test(
  "Observer shows the namespaces unshare makes as the learner's, with owner and parent, and removes them with the process",
  { skip },
  withGraph(async (live) => {
    const shell = await live.shell("030-test");
    const outer = await shell.start("unshare --mount --uts --ipc --net --pid --cgroup --fork sleep 70");
    const inner = await live.seen(
      "process",
      "in a pid namespace of its own",
      (node) => node.lab === "030-test" && node.comm === "sleep" && node.nsPids.length === 2,
    );
    assert.equal(inner.nsPids.at(-1), 1);
    const made: string[] = [];
    for (const type of ["mnt", "uts", "ipc", "net", "pid", "cgroup"] as const) {
      const id = `ns:${type}:${inodeOf(inner.pid, type)}`;
      // `unshare` itself is in all of them but the pid namespace, which only its children enter.
      const members = type === "pid" ? 1 : 2;
      const what = `${id} with ${members} members`;
      // Who owns it is asked for, which takes a turn; so does who holds it.
      const isWhole = ({ owner, heldBy }: NodeOf<"namespace">) =>
        owner !== undefined && (type !== "pid" || heldBy.length > 0);
      const node = await live.seen(
        "namespace",
        what,
        (each) => each.id === id && each.memberCount === members && isWhole(each),
      );
      assert.deepEqual(
        [node.origin, node.lab, node.initial, node.owner, node.parent],
        ["learner", "030-test", false, owners.user, type === "pid" ? owners.pid : undefined],
        id,
      );
      if (type === "pid") assert.deepEqual(node.heldBy, [`${outer}:pid_for_children`]);
      made.push(id);
    }
    process.kill(inner.pid, "SIGKILL");
    for (const id of made) await live.gone("namespace", id, (each) => each.id === id);
  }),
);

test(
  "Observer shows a user namespace's parent and id maps, and that it owns what is made in it",
  { skip },
  withGraph(async (live) => {
    const shell = await live.shell("030-test");
    const pid = await shell.start("unshare --user --map-root-user --uts sleep 71");
    const id = await live
      .seen("process", `${pid}`, (node) => node.pid === pid && node.comm === "sleep")
      .then((node) => node.namespaces.user as string);
    const user = await live.seen(
      "namespace",
      "with a parent and id maps",
      (node) => node.id === id && node.parent !== undefined && node.uidMap?.length === 1 && node.gidMap?.length === 1,
    );
    assert.deepEqual(
      [user.parent, user.uidMap, user.gidMap],
      [owners.user, [{ inside: 0, outside: 0, length: 1 }], [{ inside: 0, outside: 0, length: 1 }]],
    );
    const uts = await live.seen(
      "namespace",
      "of the host name, with its owner",
      (node) => node.inode === inodeOf(pid, "uts") && node.owner !== undefined,
    );
    assert.equal(uts.owner, id);
  }),
);

test(
  "Observer shows a changed host name by the kernel's event alone",
  { skip },
  withGraph(async (live) => {
    const shell = await live.shell("030-test");
    shell.type("unshare --uts sh");
    const inner = await live.seen("process", "in another uts namespace", (node) => {
      return (
        node.lab === "030-test" && node.comm === "sh" && node.namespaces.uts !== `ns:uts:${inodeOf("self", "uts")}`
      );
    });
    await shell.run("hostname glassbox-test-name");
    const uts = await live.seen("namespace", "called so", (node) => node.hostname === "glassbox-test-name");
    assert.equal(uts.id, inner.namespaces.uts);
  }),
);

test(
  "Observer shows a namespace that only a bind mount keeps, and sees it end with the mount",
  { skip },
  withGraph(async (live) => {
    const directory = mkdtempSync(join(tmpdir(), "glassbox-held-"));
    const file = join(directory, "uts");
    writeFileSync(file, "");
    try {
      const shell = await live.shell("030-test");
      await shell.run(`unshare --uts=${file} hostname kept-by-mount`);
      // Until the program that set the name has ended, it is a member as well; the owner is asked for, which takes a turn.
      const held = await live.seen(
        "namespace",
        "held by a mount alone",
        (node) =>
          node.heldBy.includes(file) &&
          node.memberCount === 0 &&
          node.hostname === "kept-by-mount" &&
          node.owner !== undefined,
      );
      assert.deepEqual([held.type, held.owner], ["uts", owners.user]);
      await shell.run(`umount ${file}`);
      await live.gone("namespace", "held by a mount", (node) => node.id === held.id);
    } finally {
      spawnSync("umount", ["-q", file]);
      rmSync(directory, { recursive: true });
    }
  }),
);

test(
  "Observer shows a namespace that only a learner's open descriptor keeps",
  { skip },
  withGraph(async (live) => {
    const shell = await live.shell("030-test");
    const pid = await shell.start("unshare --net sleep 72");
    const inside = await live.seen("process", `${pid}`, (node) => node.pid === pid && node.comm === "sleep");
    const id = inside.namespaces.net as string;
    await shell.run(`exec 9</proc/${pid}/ns/net; kill -9 ${pid}; wait ${pid} || true`);
    const held = await live.seen(
      "namespace",
      "held by a descriptor",
      (node) => node.id === id && node.memberCount === 0 && node.heldBy.length > 0,
    );
    assert.deepEqual(held.heldBy, [`${shell.pid}:9`]);
  }),
);

test(
  "Observer takes a namespace with a reused inode for a new one",
  { skip },
  withGraph(async (live) => {
    const host = await live.shell();
    const learner = await live.shell("030-test");
    const first = await host.start("unshare --uts sleep 73");
    const before = await live.seen("process", `${first}`, (node) => node.pid === first && node.comm === "sleep");
    const id = before.namespaces.uts as string;
    const seen: NodeOf<"namespace"> = await live.seen(
      "namespace",
      id,
      (node) => node.id === id && node.memberCount === 1,
    );
    assert.equal(seen.origin, "glassbox");
    // Ends one and makes the next at once; the kernel hands out the lowest free inode.
    await host.run(`kill -9 ${first}; wait ${first} || true`);
    const second = await learner.start("unshare --uts sleep 74");
    const after = await live.seen("process", `${second}`, (node) => node.pid === second && node.comm === "sleep");
    const now = await live.seen(
      "namespace",
      "of the second",
      (node) => node.id === after.namespaces.uts && node.lab === "030-test",
    );
    assert.deepEqual([now.origin, now.lab], ["learner", "030-test"]);
  }),
);
