/**
 * Redirecting what the runtime writes or mounts (CVE-2025-31133, CVE-2025-52565, CVE-2025-52881). The runtime means
 * /dev/null, its terminal, or a setting in /proc; the image or a hostile process has put something else in its place.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CAPABILITY } from "../../../src/1-kernel/mod.ts";
import type { Box } from "../../suites/oci/rig/box.ts";
import type { Change, Configuration } from "../../suites/oci/rig/configuration.ts";
import { receiveConsole } from "../../suites/oci/rig/console-receiver.ts";
import { feature } from "../../suites/oci/rig/feature.ts";
import { execNaively, release, runNaively } from "./rig/naive.ts";

const rule = feature(import.meta.url);

/** An image that brings its own /dev, with no tmpfs on top. */
const withOwnDev: Change = (configuration) => {
  configuration.root.readonly = false;
  configuration.mounts = configuration.mounts.filter(({ destination }) => !destination.startsWith("/dev"));
};

function linkNullTo(box: Box, target: string): void {
  rmSync(join(box.rootfs, "dev/null"), { force: true });
  symlinkSync(target, join(box.rootfs, "dev/null"));
  writeFileSync(join(box.rootfs, "etc/decoy"), "decoy\n");
}

rule("a mask is the host's /dev/null, whatever the image has there", "CVE-2025-31133", (box) => {
  linkNullTo(box, "/proc/version");
  const prepare = 'mount --bind "$root/dev/null" "$root/proc/timer_list"';
  const naive = runNaively(box, { prepare, script: "cat /proc/timer_list" });
  assert.match(naive.stdout, /^Linux version/, "a careless mask shows what the link points to");

  // Without a /dev of the runtime's own, the link stands in the way of the device too: refused is as good as masked.
  const { stdout } = box.run("cat /proc/timer_list | head -c 20", withOwnDev);
  assert.equal(stdout, "");
  const masked = box.output("wc -c < /proc/timer_list");
  assert.equal(masked, "0\n");
});

rule("a mask that a link leads out of its place covers what the path means inside", "CVE-2025-31133", (box) => {
  symlinkSync("/etc/decoy", join(box.rootfs, "etc/secret"));
  writeFileSync(join(box.rootfs, "etc/decoy"), "decoy\n");
  const seen = box.output("cat /etc/secret /etc/decoy; echo end", (configuration) => {
    configuration.linux.maskedPaths = ["/etc/secret"];
  });
  assert.equal(seen, "end\n");
});

rule("a /dev/console that is a link of the image is not followed", "CVE-2025-52565", async (box) => {
  writeFileSync(box.path("target"), "untouched\n");
  symlinkSync("/etc/target", join(box.rootfs, "dev/console"));
  writeFileSync(join(box.rootfs, "etc/target"), "untouched\n");
  const naive = runNaively(box, {
    prepare: 'mount --bind /dev/null "$root$(readlink "$root/dev/console")"',
    script: "wc -c < /etc/target",
  });
  assert.equal(naive.stdout, "0\n", "a careless runtime mounts the terminal where the link leads");

  const receiver = await receiveConsole(box);
  try {
    box.configure("cat /etc/target; exec sleep 1000", (configuration) => {
      withOwnDev(configuration);
      configuration.mounts.push({
        destination: "/dev/pts",
        type: "devpts",
        source: "devpts",
        options: ["newinstance", "ptmxmode=0666"],
      });
      configuration.process.terminal = true;
    });
    mkdirSync(join(box.rootfs, "dev/pts"), { recursive: true });
    assert.match(box.refused(["create", "--console-socket", receiver.socket, box.id]), /ELOOP/);
  } finally {
    receiver.stop();
  }
  assert.equal(readFileSync(join(box.rootfs, "etc/target"), "utf8"), "untouched\n");
});

/** A container that may mount, has a volume of the host's, and puts a /proc of its own making over the real one. */
function hostile(box: Box, script: string): Change {
  mkdirSync(box.path("volume"), { recursive: true });
  writeFileSync(box.path("volume/target"), "untouched\n");
  return (configuration: Configuration) => {
    const all = Object.keys(CAPABILITY);
    configuration.process.capabilities = { bounding: all, effective: all, permitted: all };
    configuration.process.args = ["/bin/sh", "-c", `${script}; touch /volume/ready; exec sleep 1000`];
    configuration.mounts.push({ destination: "/volume", source: box.path("volume"), options: ["bind"] });
    configuration.process.oomScoreAdj = 777;
    configuration.root.readonly = false;
  };
}

const FAKE_PROC =
  "mount -t tmpfs fake /proc; mkdir -p /proc/self /proc/thread-self; ln -s /volume/target /proc/self/oom_score_adj";

rule("exec writes no setting through the container's own /proc", "CVE-2025-52881", async (box) => {
  const pid = box.launch("", hostile(box, FAKE_PROC));
  await box.until("the false /proc", () => existsSync(box.path("volume/ready")));
  const write = "echo 777 > /proc/self/oom_score_adj";
  await release(execNaively(box, pid, ["/bin/sh", "-c", write]));
  assert.equal(readFileSync(box.path("volume/target"), "utf8"), "777\n", "a careless exec is led elsewhere");

  writeFileSync(box.path("volume/target"), "untouched\n");
  const { code, stderr } = box.exec("true");
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(box.path("volume/target"), "utf8"), "untouched\n");
});

rule("exec takes no file for a terminal", "CVE-2025-52565", async (box) => {
  const fake = "mount -t tmpfs fake /dev/pts; ln -s /volume/target /dev/pts/ptmx";
  box.launch("", hostile(box, fake));
  await box.until("the false /dev/pts", () => existsSync(box.path("volume/ready")));
  const { code, stderr } = box.exec("true", ["--tty"]);
  assert.equal(code, 255);
  assert.match(stderr, /ELOOP|ENOTTY/);
  assert.equal(readFileSync(box.path("volume/target"), "utf8"), "untouched\n");
});

rule("a sysctl is written to the kernel, not to a volume that stands for /proc", "CVE-2025-52881", (box) => {
  mkdirSync(box.path("proc/sys/net/ipv4"), { recursive: true });
  writeFileSync(box.path("proc/sys/net/ipv4/ip_forward"), "untouched\n");
  const seen = box.output("cat /net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward", (configuration) => {
    configuration.linux.sysctl = { "net.ipv4.ip_forward": "1" };
    configuration.mounts.push({ destination: "/net", source: box.path("proc/sys/net"), options: ["bind"] });
  });
  assert.equal(seen, "untouched\n1\n");
});
