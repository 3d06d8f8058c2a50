/**
 * Symbolic links in images and volumes (CVE-2021-30465, CVE-2019-19921, CVE-2026-41579). A path that is looked at, then
 * used, means something else the second time when another container moves a link into its place.
 */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { close, openat, openat2, performPlan, result } from "../../../src/1-kernel/mod.ts";
import type { Box } from "../../suites/oci/rig/box.ts";
import { feature } from "../../suites/oci/rig/feature.ts";
import { release, runNaively, startHeld } from "./rig/naive.ts";

const rule = feature(import.meta.url);

/** Of the host: nothing may ever appear in it, nor be shown from it. */
function hostDirectory(box: Box): string {
  mkdirSync(box.path("host"));
  writeFileSync(box.path("host/secret"), "of the host\n");
  return box.path("host");
}

/** Swaps a directory and a link to `target`, as fast as it can, until its standard input ends. Resolves once it does. */
async function startRenamer(box: Box, directory: string, target: string): Promise<ChildProcess> {
  mkdirSync(join(directory, "a"), { recursive: true });
  symlinkSync(target, join(directory, "b"));
  const renamer = startHeld([process.execPath, "-e", RENAMER, directory], box.directory);
  await box.until(
    "the first swap",
    () => lstatSync(join(directory, "a"), { throwIfNoEntry: false })?.isSymbolicLink() === true,
  );
  return renamer;
}

const RENAMER = `
const { renameSync } = require("node:fs");
process.chdir(process.argv[1]);
let going = true;
process.stdin.on("data", () => { going = false; }).on("end", () => { going = false; });
(function swap() {
  for (let round = 0; round < 50; round++) {
    renameSync("a", "c"); renameSync("b", "a"); renameSync("c", "b");
  }
  if (going) setImmediate(swap); else process.exit(0);
})();`;

rule("a mount below a volume lands in the root while another container swaps links", "CVE-2021-30465", async (box) => {
  const host = hostDirectory(box);
  mkdirSync(box.path("volume"));
  symlinkSync(host, box.path("volume/link"));
  const naive = runNaively(box, {
    prepare: `mkdir -p "$root/vol" && mount --bind ${box.path("volume")} "$root/vol" && mkdir -p "$root/vol/link/made"`,
  });
  assert.deepEqual([naive.code, existsSync(join(host, "made"))], [0, true], "a careless runtime is led to the host");
  rmSync(join(host, "made"), { recursive: true });

  const renamer = await startRenamer(box, box.path("volume"), host);
  try {
    for (let round = 0; round < 8; round++) {
      // Refused is as good as mounted inside; both happen, as the race goes.
      const { stdout } = box.run("cat /vol/a/sub/secret /vol/a/secret 2>/dev/null; echo end", (configuration) => {
        configuration.root.readonly = false;
        configuration.mounts.push(
          { destination: "/vol", source: box.path("volume"), options: ["rbind"] },
          { destination: "/vol/a/sub", type: "tmpfs", source: "tmpfs" },
        );
      });
      assert.doesNotMatch(stdout, /of the host/);
      assert.deepEqual(readdirSync(host), ["secret"]);
    }
  } finally {
    await release(renamer);
  }
});

rule("a path with .. is opened while others rename", "man 2 openat2, EAGAIN", async (box) => {
  mkdirSync(box.path("busy"));
  mkdirSync(join(box.rootfs, "run"));
  symlinkSync("../run", join(box.rootfs, "var/run"));
  const why = "As a mount at /var/run has it, in an image where that is a link";
  const root = openat({ directory: "AT_FDCWD", path: box.rootfs, flags: ["O_PATH"] }, { why, result: "root" });
  const open = openat2(
    { directory: result("root"), path: "var/run", flags: ["O_PATH"], resolve: ["RESOLVE_IN_ROOT"] },
    { why, result: "run" },
  );
  const often = Array.from({ length: 20_000 }, () => [open, close({ fd: result("run") }, { why })]).flat();
  const renamer = await startRenamer(box, box.path("busy"), "/nowhere");
  try {
    await performPlan({ programs: [{ name: "opens", ops: [root, ...often] }] }, { sealed: false });
  } finally {
    await release(renamer);
  }
});

rule("an image's /dev that is a link to a volume does not change the host's files", "CVE-2026-41579", (box) => {
  const host = hostDirectory(box);
  writeFileSync(join(host, "ptmx"), "of the host\n");
  rmSync(join(box.rootfs, "dev"), { recursive: true });
  symlinkSync("volume", join(box.rootfs, "dev"));
  mkdirSync(join(box.rootfs, "volume"));
  const prepare = `mount --bind ${host} "$root/volume"; rm -f "$root/dev/ptmx"; ln -s pts/ptmx "$root/dev/ptmx"`;
  const naive = runNaively(box, { prepare });
  assert.deepEqual([naive.code, existsSync(join(host, "ptmx"))], [0, false], "a careless runtime replaces the file");
  rmSync(join(host, "ptmx"));
  writeFileSync(join(host, "ptmx"), "of the host\n");

  box.rejects((configuration) => {
    configuration.root.readonly = false;
    configuration.mounts.push({ destination: "/volume", source: host, options: ["rbind"] });
  });
  assert.deepEqual(readdirSync(host).sort(), ["ptmx", "secret"]);
});

for (const [what, destination] of [
  ["a directory", "/link/made/deep"],
  ["a working directory", "/link/cwd"],
] as const) {
  rule(`${what} behind a link of the image is made inside`, "CVE-2019-19921; man 2 openat2, RESOLVE_IN_ROOT", (box) => {
    const host = hostDirectory(box);
    symlinkSync(host, join(box.rootfs, "link"));
    const naive = runNaively(box, { prepare: `mkdir -p "$root${destination}"` });
    assert.deepEqual([naive.code, readdirSync(host).length], [0, 2], "a careless runtime makes it on the host");
    rmSync(host, { recursive: true });
    hostDirectory(box);

    box.run("true", (configuration) => {
      configuration.root.readonly = false;
      if (what === "a working directory") configuration.process.cwd = destination;
      else configuration.mounts.push({ destination, type: "tmpfs", source: "tmpfs" });
    });
    assert.deepEqual(readdirSync(host), ["secret"]);
  });
}

rule("a file is mounted inside, where a link of the image leads to the host's", "CVE-2021-30465", (box) => {
  const host = hostDirectory(box);
  writeFileSync(box.path("mine"), "mine\n");
  symlinkSync(join(host, "secret"), join(box.rootfs, "etc/link"));
  mkdirSync(join(box.rootfs, host), { recursive: true });
  writeFileSync(join(box.rootfs, host, "secret"), "of the image\n");
  const seen = box.output(`cat ${host}/secret`, (configuration) => {
    configuration.root.readonly = false;
    configuration.mounts.push({ destination: "/etc/link", source: box.path("mine"), options: ["bind"] });
  });
  assert.equal(seen, "mine\n");
});
