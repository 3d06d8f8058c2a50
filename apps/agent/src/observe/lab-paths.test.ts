import assert from "node:assert/strict";
import { test } from "node:test";
import { isLabsCgroup, LAB_CGROUP, LAB_ROOT, labOfCgroup, labOfPath } from "./lab-paths.ts";

test("labOfPath names the lab of a path in its directory only", () => {
  assert.equal(labOfPath("/var/lib/glassbox/lab/010-chroot/rootfs", LAB_ROOT), "010-chroot");
  assert.equal(labOfPath("/var/lib/glassbox/lab/010-chroot", LAB_ROOT), "010-chroot");
  for (const path of ["/var/lib/glassbox/lab/", "/var/lib/glassbox/labour/x", "/srv"])
    assert.equal(labOfPath(path, LAB_ROOT), undefined);
});

test("labOfCgroup names the lab wherever the hierarchy puts glassbox, and leaves another agent's alone", () => {
  assert.equal(labOfCgroup("/glassbox/010-chroot/limited", LAB_CGROUP), "010-chroot");
  assert.equal(labOfCgroup("/machine/session/glassbox/010-chroot", LAB_CGROUP), "010-chroot");
  for (const path of ["/", "/glassbox", "/my-glassbox/x", "/glassbox-at-12ab/glassbox/010-chroot"])
    assert.equal(labOfCgroup(path, LAB_CGROUP), undefined, path);
  const other = "glassbox-at-12ab/glassbox";
  assert.equal(labOfCgroup(`/session/${other}/010-chroot`, other), "010-chroot");
  assert.equal(labOfCgroup("/glassbox/010-chroot", other), undefined);
});

test("isLabsCgroup knows the cgroup that holds the agent's own labs", () => {
  assert.deepEqual(
    ["/glassbox", "/a/glassbox", "/glassbox/x", "/", "/glassbox-at-12ab/glassbox"].map((path) =>
      isLabsCgroup(path, LAB_CGROUP),
    ),
    [true, true, false, false, false],
  );
});
