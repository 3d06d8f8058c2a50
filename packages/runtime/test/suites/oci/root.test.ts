/** The container's root: which directory it is, whether it can be written, how mounts in it spread. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Root"';

rule("readonly true makes the root read-only", `${source}: "MUST be read-only inside the container"`, (box) => {
  const { code, stderr } = box.run("touch /tmp/x");
  assert.notEqual(code, 0);
  assert.match(stderr, /Read-only file system/);
});

for (const readonly of [false, undefined]) {
  rule(`readonly ${readonly ?? "left out"} leaves the root writable`, `${source}: "defaults to false"`, (box) => {
    box.output("echo written > /tmp/x", (configuration) => {
      configuration.root = readonly === undefined ? { path: "rootfs" } : { path: "rootfs", readonly };
    });
    assert.ok(existsSync(join(box.rootfs, "tmp/x")));
  });
}

rule("path may be absolute", `${source}: "either an absolute path or a relative path to the bundle"`, (box) => {
  const elsewhere = box.path("elsewhere");
  renameSync(box.rootfs, elsewhere);
  writeFileSync(join(elsewhere, "etc/here"), "elsewhere\n");
  assert.equal(
    box.output("cat /etc/here", (configuration) => {
      configuration.root.path = elsewhere;
    }),
    "elsewhere\n",
  );
});

rule("a relative path is relative to the bundle, not to the caller", source, (box) => {
  box.configure("echo from the bundle");
  assert.equal(box.ok(["run", "--bundle", box.bundle, box.id], { cwd: "/" }), "from the bundle\n");
});

rule("a path that does not exist is refused", `${source}: "A directory MUST exist at the path"`, (box) => {
  box.rejects((configuration) => {
    configuration.root.path = "nowhere";
  });
});

rule("a path to a file is refused", `${source}: "A directory MUST exist at the path"`, (box) => {
  writeFileSync(join(box.bundle, "file"), "");
  box.rejects((configuration) => {
    configuration.root.path = "file";
  });
});

rule("a configuration without root is refused", `${source}: "this field is REQUIRED"`, (box) => {
  box.rejects((configuration) => {
    delete (configuration as { root?: unknown }).root;
  });
});

rule("nothing of the machine's root stays mounted", "man 2 pivot_root: the old root is detached", (box) => {
  const mountPoints = box
    .output("cut -d' ' -f5 /proc/self/mountinfo")
    .split("\n")
    .filter((line) => line !== "");
  const expected = /^\/($|proc|dev|sys)/;
  assert.deepEqual(
    mountPoints.filter((path) => !expected.test(path)),
    [],
  );
});

rule("a chain of .. ends at the container's root", "man 7 path_resolution", (box) => {
  assert.equal(box.output("ls -d /../../../../bin/busybox; cd ../../../..; pwd"), "/../../../../bin/busybox\n/\n");
});

/** Field 7 of mountinfo, without the peer group's number. */
const propagations = [
  ["private", /^$/],
  ["slave", /^(master:N)?$/],
  ["shared", /^shared:N( master:N)?$/],
  ["unbindable", /^unbindable$/],
] as const;

for (const [propagation, expected] of propagations) {
  rule(
    `rootfsPropagation "${propagation}" is the root mount's`,
    'config-linux.md "Rootfs Mount Propagation"',
    (box) => {
      const line = box.output(
        "grep ' / / \\| / ' /proc/self/mountinfo | grep -m1 '^[0-9]* [0-9]* [0-9:]* [^ ]* / '",
        (configuration) => {
          configuration.linux.rootfsPropagation = propagation;
        },
      );
      const tags = line.split(" - ")[0]?.split(" ").slice(6).join(" ").replaceAll(/:\d+/g, ":N") ?? "missing";
      assert.match(tags, expected);
    },
  );
}

rule("an unknown rootfsPropagation is refused", 'config.md "Valid values"', (box) => {
  box.rejects((configuration) => {
    configuration.linux.rootfsPropagation = "sideways";
  });
});

rule("a mount made inside does not reach the machine", "man 7 mount_namespaces", async (box) => {
  mkdirSync(join(box.rootfs, "inner"));
  box.launch("mount -t tmpfs inner /inner && touch /inner/file && exec sleep 1000", (configuration) => {
    for (const set of ["bounding", "effective", "permitted"] as const)
      configuration.process.capabilities?.[set]?.push("CAP_SYS_ADMIN");
  });
  await box.until("the mount", () => box.exec("test -e /inner/file").code === 0);
  assert.ok(!existsSync(join(box.rootfs, "inner/file")));
});
