import assert from "node:assert/strict";
import { test } from "node:test";
import { isGlassboxCgroup, LAB_ROOT, labOfCgroup, labOfPath } from "./lab-paths.ts";

test("labOfPath names the lab of a path in its directory only", () => {
  assert.equal(labOfPath("/var/lib/glassbox/lab/010-chroot/rootfs", LAB_ROOT), "010-chroot");
  assert.equal(labOfPath("/var/lib/glassbox/lab/010-chroot", LAB_ROOT), "010-chroot");
  for (const path of ["/var/lib/glassbox/lab/", "/var/lib/glassbox/labour/x", "/srv"])
    assert.equal(labOfPath(path, LAB_ROOT), undefined);
});

test("labOfCgroup names the lab wherever the hierarchy puts glassbox", () => {
  assert.equal(labOfCgroup("/glassbox/010-chroot/limited"), "010-chroot");
  assert.equal(labOfCgroup("/machine/session/glassbox/010-chroot"), "010-chroot");
  for (const path of ["/", "/glassbox", "/my-glassbox/x"]) assert.equal(labOfCgroup(path), undefined, path);
});

test("isGlassboxCgroup knows the cgroup that holds the labs", () => {
  assert.deepEqual(["/glassbox", "/a/glassbox", "/glassbox/x", "/"].map(isGlassboxCgroup), [true, true, false, false]);
});
