/** runtime-spec config.md "Root" and "Mounts", config-linux.md "Devices", "Masked Paths", "Readonly Paths". */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { claimId, configFor, makeBundle, runShell } from "./bundle.ts";
import { onEachPeer } from "./peers.ts";

onEachPeer("the host's files cannot be seen, and / is the bundle's root", (peer, t) => {
  const answer = runShell(t, peer, "ls /; ls /../..");
  const listed = answer.stdout.trim().split("\n");
  assert.deepEqual([...new Set(listed)].sort(), ["bin", "dev", "etc", "proc", "sys", "tmp"], answer.stderr);
});

onEachPeer("a read-only root refuses writing, its tmpfs does not", (peer, t) => {
  const answer = runShell(t, peer, "touch /x; touch /dev/shm/x && echo ok", (config) => {
    config.root = { path: "rootfs", readonly: true };
  });
  assert.match(answer.stderr, /Read-only file system/);
  assert.equal(answer.stdout, "ok\n");
});

onEachPeer("the default devices and links are there and work", (peer, t) => {
  const answer = runShell(
    t,
    peer,
    "for d in null zero full random urandom tty; do stat -c '%n %t:%T' /dev/$d; done; ls -l /dev/fd /dev/stdin /dev/ptmx | grep -c -e '->'; echo gone > /dev/null; head -c 3 /dev/zero | grep -c -z .; echo x > /dev/full",
  );
  assert.deepEqual(answer.stdout.split("\n").slice(0, 7), [
    "/dev/null 1:3",
    "/dev/zero 1:5",
    "/dev/full 1:7",
    "/dev/random 1:8",
    "/dev/urandom 1:9",
    "/dev/tty 5:0",
    "3",
  ]);
  assert.match(answer.stderr, /No space left/);
});

onEachPeer("masked paths show nothing and read-only paths refuse writing", (peer, t) => {
  const answer = runShell(
    t,
    peer,
    "cat /proc/kcore | head -c 1; ls /proc/acpi; echo 1 > /proc/sys/kernel/panic; cat /masked; ls /hidden",
    (config) => {
      config.linux = {
        ...config.linux,
        maskedPaths: [...(config.linux?.maskedPaths ?? []), "/masked", "/hidden", "/not-there"],
      };
      config.mounts = [
        ...(config.mounts ?? []),
        { destination: "/masked", type: "bind", source: "/etc/hostname", options: ["bind"] },
        { destination: "/hidden", type: "bind", source: "/etc", options: ["bind"] },
      ];
    },
  );
  assert.equal(answer.stdout, "");
  assert.match(answer.stderr, /Read-only file system/);
});

onEachPeer("a bind mount shows the host's files, read-only where asked, and the mount point is made", (peer, t) => {
  const config = configFor(["sh", "-c", "cat /new/place/file; touch /new/place/x || touch /writable/x"]);
  const bundle = makeBundle(t, config);
  mkdirSync(join(bundle, "shared"));
  writeFileSync(join(bundle, "shared/file"), "from the host\n");
  config.mounts = [
    ...(config.mounts ?? []),
    { destination: "/new/place", type: "bind", source: join(bundle, "shared"), options: ["rbind", "ro"] },
    { destination: "/writable", type: "bind", source: join(bundle, "shared"), options: ["rbind", "rw"] },
  ];
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
  const answer = peer.call(["run", "--bundle", bundle, claimId(t, peer)]);
  assert.equal(answer.stdout, "from the host\n");
  assert.match(answer.stderr, /Read-only file system/);
  assert.equal(answer.code, 0);
});

onEachPeer("a symlink in the image does not lead a mount out of the root (CVE-2019-19921)", (peer, t) => {
  const config = configFor(["cat", "/link/file"]);
  const bundle = makeBundle(t, config);
  for (const directory of ["outside", "shared", "rootfs/inside"]) mkdirSync(join(bundle, directory));
  writeFileSync(join(bundle, "shared/file"), "mounted\n");
  symlinkSync("../../../../../../../../inside", join(bundle, "rootfs/link"));
  config.mounts = [
    ...(config.mounts ?? []),
    { destination: "/link", type: "bind", source: join(bundle, "shared"), options: ["bind"] },
  ];
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
  const answer = peer.call(["run", "--bundle", bundle, claimId(t, peer)]);
  assert.equal(answer.stdout, "mounted\n", answer.stderr);
});
