import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { userIn } from "./accounts.ts";
import { lookInContainer } from "./container-view.ts";
import { resolveInRoot } from "./in-root.ts";

function temporaryBundle(t: { after(work: () => void): void }): string {
  const bundle = mkdtempSync(join(tmpdir(), "glassrun-view-"));
  t.after(() => rmSync(bundle, { recursive: true, force: true }));
  for (const directory of ["rootfs/bin", "rootfs/etc", "rootfs/proc", "shared"])
    mkdirSync(join(bundle, directory), { recursive: true });
  writeFileSync(join(bundle, "rootfs/bin/sh"), "", { mode: 0o755 });
  writeFileSync(join(bundle, "rootfs/etc/passwd"), "root:x:0:0::/root:/bin/sh\nweb:x:1000:1000::/srv:/bin/sh\n");
  writeFileSync(join(bundle, "shared/file"), "", { mode: 0o644 });
  symlinkSync("/bin", join(bundle, "rootfs/usr"));
  symlinkSync("../../../../../etc", join(bundle, "rootfs/up"));
  symlinkSync("loop", join(bundle, "rootfs/loop"));
  return bundle;
}

test("resolveInRoot follows links as a process inside would, and never out", (t) => {
  const root = join(temporaryBundle(t), "rootfs");
  assert.equal(resolveInRoot(root, "/usr/sh"), join(root, "bin/sh"));
  assert.equal(resolveInRoot(root, "/up/passwd"), join(root, "etc/passwd"));
  assert.equal(resolveInRoot(root, "../../bin"), join(root, "bin"));
  assert.equal(resolveInRoot(root, "/loop"), undefined);
  assert.equal(resolveInRoot(root, "/bin/sh/x"), undefined);
});

test("lookInContainer sees through the mounts that will lie over the root", (t) => {
  const bundle = temporaryBundle(t);
  const view = {
    bundle,
    rootfs: join(bundle, "rootfs"),
    config: {
      ociVersion: "1.0.2",
      mounts: [
        { destination: "/proc", type: "proc" },
        { destination: "/run", type: "tmpfs" },
        { destination: "/bin", type: "bind", source: "shared" },
      ],
    },
  };
  const kinds = (mountIndex?: number) =>
    ["/bin/sh", "/bin/file", "/proc/sys", "/proc/self", "/run/x", "/missing"].map(
      (path) => lookInContainer(view)(path, mountIndex).kind,
    );
  assert.deepEqual(kinds(), ["missing", "file", "directory", "unknown", "unknown", "missing"]);
  assert.deepEqual(kinds(0), ["file", "missing", "missing", "missing", "missing", "missing"], "before the first mount");
});

test("userIn reads the container's own passwd", (t) => {
  const root = join(temporaryBundle(t), "rootfs");
  assert.deepEqual(userIn(root, 1000), { name: "web", home: "/srv" });
  assert.equal(userIn(root, 7), undefined);
});
