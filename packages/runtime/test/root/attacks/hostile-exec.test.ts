/**
 * `exec` into a container that is out to get whoever comes in. Everything the runtime reads there is the container's
 * word: its list of users, its links, its end at just the wrong moment.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { foreignNamespaces } from "../../../src/2-oci/verbs/foreign-namespaces.ts";
import { type Change, withoutNamespace } from "../../suites/oci/rig/configuration.ts";
import { feature } from "../../suites/oci/rig/feature.ts";
import { until } from "../until.ts";

const rule = feature(import.meta.url);

const writable: Change = (configuration) => {
  configuration.root.readonly = false;
};

/** Is `path` something on which reading without care would hang, or never end? */
function cannotBeRead(path: string): boolean {
  const { error, stdout } = spawnSync("head", ["-c", "1000000", path], { timeout: 300, killSignal: "SIGKILL" });
  return error !== undefined || stdout.length === 1_000_000;
}

for (const [what, make] of [
  ["a FIFO", (path: string) => void execFileSync("mkfifo", [path])],
  ["a device without end", (path: string) => symlinkSync("/dev/zero", path)],
] as const) {
  rule(
    `exec is not held up by ${what} as /etc/passwd`,
    "HOME comes from the container's /etc/passwd (config.md, env)",
    (box) => {
      box.launch(undefined, writable);
      const passwd = join(box.rootfs, "etc/passwd");
      rmSync(passwd);
      make(passwd);
      assert.ok(cannotBeRead(what === "a FIFO" ? passwd : "/dev/zero"), "a careless read ends");
      const { code, stdout, stderr } = box.exec("echo $HOME");
      assert.deepEqual([code, stdout, stderr], [0, "/\n", ""]);
    },
  );
}

rule("a FIFO as the image's /etc/passwd does not hold up run", "config.md, env", (box) => {
  rmSync(join(box.rootfs, "etc/passwd"));
  execFileSync("mkfifo", [join(box.rootfs, "etc/passwd")]);
  assert.equal(box.output("echo $HOME"), "/\n");
});

rule("a link out of the container is no list of users", "man 7 path_resolution", (box) => {
  mkdirSync(box.path("host"));
  writeFileSync(box.path("host/passwd"), "root:x:0:0::/of-the-host:/bin/sh\n");
  box.launch(undefined, writable);
  rmSync(join(box.rootfs, "etc/passwd"));
  symlinkSync(box.path("host/passwd"), join(box.rootfs, "etc/passwd"));
  assert.equal(box.exec("echo $HOME").stdout, "/\n");
});

rule(
  "exec into a container without a mount namespace stays in its root",
  "runtime.md: the container's environment",
  (box) => {
    writeFileSync(box.path("secret"), "of the host\n");
    box.launch(undefined, (configuration) => {
      withoutNamespace(configuration, "mount");
      configuration.mounts = [];
      configuration.linux.maskedPaths = [];
      configuration.linux.readonlyPaths = [];
      configuration.root.readonly = false;
    });
    const { code, stdout, stderr } = box.exec(
      `cat ${box.path("secret")} .${box.path("secret")} 2>/dev/null; pwd; ls /`,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\/\nbin\ndev\n/);
  },
);

rule(
  "no process that has ended is taken for one on the host",
  "man 7 namespaces: a zombie's links cannot be read",
  async () => {
    const zombie = await spawnZombie();
    try {
      assert.ok(existsSync(`/proc/${zombie.pid}/cgroup`), "a zombie still looks like a process");
      assert.throws(() => foreignNamespaces(zombie.pid), /container not running/);
    } finally {
      zombie.end();
    }
  },
);

/**
 * A process that has ended and that nobody has asked about. Its parent is `sleep`, which never asks: it ends only once
 * `sleep` runs, since the shell that was there before would have asked.
 */
async function spawnZombie(): Promise<{ pid: number; end(): void }> {
  const parent = spawn("sh", ["-c", "exec 3<&0; cat <&3 & echo $!; exec sleep 60 3<&- >&-"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  try {
    const [line] = (await once(parent.stdout, "data", { signal: AbortSignal.timeout(60_000) })) as [Buffer];
    const pid = Number(line.toString());
    await until("the shell to become sleep", () => readFileSync(`/proc/${parent.pid}/comm`, "utf8") === "sleep\n");
    parent.stdin.end();
    await until("cat to end", () => /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")));
    return { pid, end: () => parent.kill("SIGKILL") };
  } catch (error) {
    parent.kill("SIGKILL");
    throw error;
  }
}

rule("a working directory that a process inside moves away is refused or inside", "CVE-2024-21626", (box) => {
  box.launch(undefined, writable);
  mkdirSync(join(box.rootfs, "tmp/work"));
  symlinkSync("/proc/self/fd/8", join(box.rootfs, "tmp/link"));
  assert.equal(box.exec("pwd", ["--cwd", "/tmp/work"]).stdout, "/tmp/work\n");
  assert.equal(box.exec("pwd", ["--cwd", "/tmp/link"]).code, 255);
});
