import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountinfo } from "../../1-kernel/mod.ts";
import type { Config } from "../spec/config.ts";
import { errorsIn } from "./criu.ts";
import { outsideMounts, outsideSources } from "./outside-mounts.ts";

const HOST = `22 1 0:20 / / rw - ext4 /dev/vda rw
23 22 0:5 / /dev rw - devtmpfs devtmpfs rw
24 22 0:31 / /tmp rw - tmpfs tmpfs rw
25 22 0:22 / /proc rw - proc proc rw`;

const CONTAINER = `56 39 0:31 /b/rootfs / rw - tmpfs tmpfs rw
57 56 0:22 / /proc rw - proc proc rw
58 56 0:36 / /dev rw - tmpfs tmpfs rw
70 57 0:5 /null /proc/kcore rw - devtmpfs devtmpfs rw
71 56 0:20 /srv/data /data rw - ext4 /dev/vda rw`;

test("outsideMounts finds what the container shares with the host, but its root and what criu makes anew", () => {
  assert.deepEqual(outsideMounts(parseMountinfo(CONTAINER), parseMountinfo(HOST)), ["/proc/kcore", "/data"]);
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
