/**
 * A full disk where containers are kept: whichever file has no room any more, the container is made or refused, never
 * half of it, and delete needs no room.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import type { Box } from "../../suites/oci/rig/box.ts";
import { feature } from "../../suites/oci/rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 5 tmpfs: size, nr_inodes";
/** More files than a container's state ever has at once. */
const INODES_MAX = 12;

/** Has containers kept on a file system of this size; `check` may not leave any. */
async function onDisk(box: Box, size: string, check: () => void): Promise<void> {
  const root = box.path("root");
  execFileSync("mount", ["-t", "tmpfs", "-o", size, "tmpfs", root]);
  try {
    check();
  } finally {
    for (const id of readdirSync(root)) box.call(["delete", "--force", id]);
    await box.until("nobody to use the disk any more", () => spawnSync("umount", [root]).status === 0);
  }
}

const sizes = [
  // The file system's own root is one.
  ...Array.from({ length: INODES_MAX }, (_, index) => `size=1m,nr_inodes=${index + 2}`),
  ...[1, 2, 3, 4].map((pages) => `size=${4 * pages}k`),
];

for (const verb of ["create", "run"]) {
  rule(`${verb} on a full disk makes the container whole or not at all, and says why`, source, async (box) => {
    box.configure("true");
    let refusals = 0;
    for (const size of sizes) {
      await onDisk(box, size, () => {
        const { code, stderr } = box.call([verb, box.id]);
        if (code === 0 && verb === "create") {
          assert.equal(box.state().status, "created", size);
          box.ok(["delete", "--force", box.id]);
        } else if (code !== 0) {
          refusals++;
          assert.match(stderr, /no space left/i, size);
          assert.doesNotMatch(stderr, /ENOSPC: /, `${size}: in the engine's words`);
        }
        assert.deepEqual(readdirSync(box.path("root")), [], size);
      });
    }
    assert.ok(refusals > 3 && refusals < sizes.length, `${refusals} of ${sizes.length} refused`);
  });
}
