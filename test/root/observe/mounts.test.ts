import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cannotObserve, type LiveGraph, withGraph } from "./live-graph.ts";

const skip = cannotObserve;

/** A directory for one test, and a learner's shell in a mount namespace of its own, so that nothing stays mounted. */
async function apart(
  live: LiveGraph,
  body: (shell: Awaited<ReturnType<LiveGraph["shell"]>>, work: string) => Promise<void>,
) {
  const work = mkdtempSync(join(tmpdir(), "glassbox-mounts-"));
  try {
    const shell = await live.shell("040-test");
    shell.type("exec unshare --mount sh");
    await live.seen("namespace", "of mounts", (node) => node.lab === "040-test" && node.type === "mnt");
    await body(shell, work);
  } finally {
    await live.close();
    rmSync(work, { recursive: true });
  }
}

test(
  "Observer shows an overlay mount in a learner's mount namespace with its layers, and its end, by events alone",
  { skip },
  withGraph((live) =>
    apart(live, async (shell, work) => {
      for (const name of ["a", "b", "up", "wk", "all"]) mkdirSync(join(work, name));
      await shell.run(
        `mount -t overlay overlay -o lowerdir=${work}/a:${work}/b,upperdir=${work}/up,workdir=${work}/wk ${work}/all`,
      );
      const overlay = await live.seen("mount", "of the overlay", (node) => node.mountPoint === `${work}/all`);
      assert.deepEqual(
        [overlay.fsType, overlay.origin, overlay.lab, overlay.overlay],
        [
          "overlay",
          "learner",
          "040-test",
          { lower: [`${work}/a`, `${work}/b`], upper: `${work}/up`, work: `${work}/wk` },
        ],
      );
      const shellNode = await live.process(shell.pid);
      assert.equal(overlay.namespace, shellNode.namespaces.mnt);
      await shell.run(`umount ${work}/all`);
      await live.gone("mount", "of the overlay", (node) => node.mountPoint === `${work}/all`);
    }),
  ),
);

test(
  "Observer keeps nothing busy: after pivot_root the old root can be unmounted without force",
  { skip },
  withGraph((live) =>
    apart(live, async (shell, work) => {
      await shell.run(
        `mount -t tmpfs none ${work} && cd ${work} && mkdir old bin proc && cp /usr/bin/busybox bin/ && ` +
          "ln -s busybox bin/sh && pivot_root . old",
      );
      shell.type("exec bin/busybox chroot . /bin/sh");
      // What is typed before the exec, the old shell may have read already.
      await live.seen("process", "in the new root", (node) => node.pid === shell.pid && node.argv[0] === "/bin/sh");
      await shell.run("cd / && busybox mount -t proc proc /proc");
      // Only now is the namespace both watched since before pivot_root and seen after it.
      await live.seen("mount", "of the old root", (node) => node.lab === "040-test" && node.mountPoint === "/old");
      await shell.run(
        `for at in $(busybox awk '$5 ~ "^/old" { print $5 }' /proc/self/mountinfo | busybox tac); do busybox umount $at || exit 1; done`,
      );
      await live.gone("mount", "of the old root", (node) => node.lab === "040-test" && node.mountPoint === "/old");
    }),
  ),
);
