import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { writeOciLayout } from "./oci-layout.mjs";
import { tar } from "./tar.mjs";
import { unpack } from "./unpack.mjs";

const entries = [
  { kind: "directory", path: "bin", mode: 0o755 },
  { kind: "file", path: "bin/busybox", mode: 0o755, content: Buffer.from("a program\n") },
  { kind: "symlink", path: "bin/sh", mode: 0o777, target: "busybox" },
  { kind: "directory", path: "tmp", mode: 0o1777 },
];

function inTemporaryDirectory(work) {
  const directory = mkdtempSync(path.join(tmpdir(), "glassbox-rootfs-test-"));
  try {
    return work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("tar writes what tar reads: names, modes, sizes, links, the epoch as time, root as owner", () => {
  inTemporaryDirectory((directory) => {
    const archive = path.join(directory, "layer.tar");
    writeFileSync(archive, tar(entries));
    const listed = execFileSync("tar", ["--utc", "--full-time", "-tvf", archive], { encoding: "utf8" });
    assert.equal(
      listed,
      [
        "drwxr-xr-x root/root         0 1970-01-01 00:00:00 bin/",
        "-rwxr-xr-x root/root        10 1970-01-01 00:00:00 bin/busybox",
        "lrwxrwxrwx root/root         0 1970-01-01 00:00:00 bin/sh -> busybox",
        "drwxrwxrwt root/root         0 1970-01-01 00:00:00 tmp/",
        "",
      ].join("\n"),
    );
  });
});

test("writeOciLayout names every blob by its own digest and reaches all of them from the index", () => {
  inTemporaryDirectory((directory) => {
    const place = path.join(directory, "layout");
    writeOciLayout(place, tar(entries));
    const blobs = path.join(place, "blobs/sha256");
    for (const name of readdirSync(blobs)) {
      assert.equal(
        createHash("sha256")
          .update(readFileSync(path.join(blobs, name)))
          .digest("hex"),
        name,
      );
    }
    const read = (descriptor) => {
      const content = readFileSync(path.join(blobs, descriptor.digest.replace("sha256:", "")));
      assert.equal(content.length, descriptor.size);
      return content;
    };
    const index = JSON.parse(readFileSync(path.join(place, "index.json"), "utf8"));
    const manifest = JSON.parse(read(index.manifests[0]).toString());
    const config = JSON.parse(read(manifest.config).toString());
    assert.deepEqual(read(manifest.layers[0]), tar(entries));
    assert.deepEqual(config.rootfs, { type: "layers", diff_ids: [manifest.layers[0].digest] });
    assert.equal(readdirSync(blobs).length, 3);
  });
});

test("unpack lays out the entries with their modes, whatever the umask", () => {
  inTemporaryDirectory((directory) => {
    const umask = process.umask(0o077);
    try {
      unpack(path.join(directory, "rootfs"), entries);
    } finally {
      process.umask(umask);
    }
    assert.equal(readFileSync(path.join(directory, "rootfs/bin/sh"), "utf8"), "a program\n");
    assert.equal(statSync(path.join(directory, "rootfs/tmp")).mode & 0o7777, 0o1777);
    assert.equal(statSync(path.join(directory, "rootfs/bin/busybox")).mode & 0o7777, 0o755);
  });
});
