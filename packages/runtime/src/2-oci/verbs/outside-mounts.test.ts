import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountinfo } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";
import { errorsIn } from "./criu.ts";
import { outsideMounts, outsideSources, outsideTerminal } from "./outside-mounts.ts";

const HOST = `22 1 0:20 / / rw - ext4 /dev/vda rw
23 22 0:5 / /dev rw - devtmpfs devtmpfs rw
24 22 0:31 / /tmp rw - tmpfs tmpfs rw
25 22 0:22 / /proc rw - proc proc rw`;

const CONTAINER = `56 39 0:31 /b/rootfs / rw - tmpfs tmpfs rw
57 56 0:22 / /proc rw - proc proc rw
58 56 0:36 / /dev rw - tmpfs tmpfs rw
70 57 0:5 /null /proc/kcore rw - devtmpfs devtmpfs rw
71 56 0:20 /srv/data /data rw - ext4 /dev/vda rw
72 58 0:44 / /dev/pts rw - devpts devpts rw
73 56 0:26 /web /sys/fs/cgroup ro - cgroup2 cgroup rw
74 58 0:44 /0 /dev/console rw - devpts devpts rw`;

const PRIVATE = { linux: { namespaces: [{ type: "cgroup" }] } } as unknown as Config;

test("outsideMounts finds what the container shares with the host, but its root and what criu makes anew", () => {
  const mounts = [parseMountinfo(CONTAINER), parseMountinfo(HOST)] as const;
  assert.deepEqual(outsideMounts(...mounts, PRIVATE), ["/proc/kcore", "/data"]);
});

test("outsideMounts counts the terminal, held outside, and cgroups without a namespace of their own", () => {
  const mounts = [parseMountinfo(CONTAINER), parseMountinfo(HOST)] as const;
  const shown = { process: { terminal: true } } as unknown as Config;
  assert.deepEqual(outsideMounts(...mounts, { ...PRIVATE, ...shown }), [
    ...["/proc/kcore", "/data", "/dev/pts", "/dev/console"],
  ]);
  assert.deepEqual(outsideMounts(...mounts, { ociVersion: "1.2.0" }), ["/proc/kcore", "/data", "/sys/fs/cgroup"]);
});

test("outsideTerminal is the first of the container's devpts, by the numbers of man 2 stat", () => {
  assert.equal(outsideTerminal(parseMountinfo(CONTAINER)), "tty[8800:2c]");
  assert.equal(outsideTerminal(parseMountinfo(CONTAINER.replaceAll("0:44", "0:300"))), "tty[8800:10002c]");
  assert.equal(outsideTerminal(parseMountinfo(HOST)), undefined);
});

test("outsideSources has the terminal and each cgroup tree come from where they are now", () => {
  const config = { mounts: [{ destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup" }] } as unknown as Config;
  const place = (version: 1 | 2, mountPoint: string) => ({
    ...{ version, controllers: [], mountPoint, path: "/web", directory: `${mountPoint}/web` },
  });
  assert.deepEqual(outsideSources(config, "/b", [place(2, "/sys/fs/cgroup")], "/run/web/devpts"), {
    "/dev/pts": "/run/web/devpts",
    "/dev/console": "/run/web/devpts/0",
    "/sys/fs/cgroup": "/sys/fs/cgroup/web",
  });
  assert.deepEqual(outsideSources(config, "/b", [place(1, "/sys/fs/cgroup/memory"), place(1, "/sys/fs/cgroup/pids")]), {
    "/sys/fs/cgroup/memory": "/sys/fs/cgroup/memory/web",
    "/sys/fs/cgroup/pids": "/sys/fs/cgroup/pids/web",
  });
  assert.deepEqual(outsideSources({ ...config, ...PRIVATE }, "/b", [place(2, "/sys/fs/cgroup")]), {});
});

test("outsideSources says where a configuration takes them from", () => {
  const config = {
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/data/", type: "bind", source: "data", options: ["bind"] },
      { destination: "/etc/hosts", source: "/etc/hosts", options: ["rbind", "ro"] },
    ],
    linux: { maskedPaths: ["/proc/kcore"] },
  } as unknown as Config;
  assert.deepEqual(outsideSources(config, "/b"), {
    "/proc/kcore": "/dev/null",
    "/data": "/b/data",
    "/etc/hosts": "/etc/hosts",
  });
});

test("errorsIn takes the last errors of a log without their times", () => {
  const log = `(00.01) Begin
(02.467233)      1: Error (criu/mount.c:753): mnt: 72:./proc/timer_list doesn't have a proper root mount
(03.403818) Error (criu/cr-dump.c:2053): Dumping FAILED.
`;
  assert.equal(
    errorsIn(log),
    "Error (criu/mount.c:753): mnt: 72:./proc/timer_list doesn't have a proper root mount; Error (criu/cr-dump.c:2053): Dumping FAILED.",
  );
});
