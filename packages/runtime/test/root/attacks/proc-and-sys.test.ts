/**
 * A /proc or /sys that is not the kernel's (CVE-2019-19921, CVE-2019-16884, CVE-2023-27561). Masks, read-only paths and
 * labels are all set through them: an image or volume that decides what stands there decides what is protected.
 */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "../../suites/oci/rig/box.ts";
import type { Change } from "../../suites/oci/rig/configuration.ts";
import { feature } from "../../suites/oci/rig/feature.ts";
import { runNaively } from "./rig/naive.ts";

const rule = feature(import.meta.url);

/** A directory of the attacker's that looks like /proc. */
function falseProc(box: Box): string {
  mkdirSync(box.path("false/self/attr"), { recursive: true });
  writeFileSync(box.path("false/timer_list"), "not the kernel's\n");
  return box.path("false");
}

for (const place of ["proc", "sys"] as const) {
  rule(
    `an image whose /${place} is a link is refused`,
    "CVE-2019-19921; runc: must be mounted on ordinary directory",
    (box) => {
      rmSync(join(box.rootfs, place), { recursive: true });
      mkdirSync(join(box.rootfs, "elsewhere"));
      symlinkSync("elsewhere", join(box.rootfs, place));
      const type = place === "proc" ? "proc" : "sysfs";
      const naive = runNaively(box, {
        prepare: `mount -t ${type} none "$root/${place}"`,
        script: `[ -e /elsewhere/${place === "proc" ? "self" : "kernel"} ] && echo followed`,
      });
      assert.equal(naive.stdout, "followed\n");
      assert.match(
        box.rejects(() => {}),
        new RegExp(`"/${place}"`),
      );
    },
  );

  rule(`an image whose /${place} is a file is refused`, "runc: must be mounted on ordinary directory", (box) => {
    rmSync(join(box.rootfs, place), { recursive: true });
    writeFileSync(join(box.rootfs, place), "");
    assert.match(
      box.rejects(() => {}),
      /must be mounted on ordinary directory/,
    );
  });
}

const mountAt =
  (destination: string, source: string): Change =>
  (configuration) => {
    configuration.mounts.push({ destination, source, options: ["rbind"] });
  };

rule("a volume over /proc is refused", "CVE-2019-16884: cannot be mounted because it is not of type proc", (box) => {
  const source = falseProc(box);
  const prepare = `mount --bind ${source} "$root/proc"`;
  assert.equal(runNaively(box, { prepare, script: "cat /proc/timer_list" }).stdout, "not the kernel's\n");
  for (const destination of ["/proc", "/proc/", "/./proc", "/tmp/../proc"]) {
    assert.match(box.rejects(mountAt(destination, source)), /because it is not of type proc/);
  }
});

rule("a volume inside /proc is refused", "CVE-2019-16884: cannot be mounted because it is inside /proc", (box) => {
  const source = falseProc(box);
  for (const destination of ["/proc/self/attr", "/proc/sys", "/proc/bus/../irq"]) {
    assert.match(box.rejects(mountAt(destination, source)), /because it is inside \/proc/);
  }
});

rule(
  "what shows a container its own limits may be mounted on a file of /proc",
  "lxcfs; runc: validProcMounts",
  (box) => {
    const file = join(falseProc(box), "timer_list");
    assert.equal(box.output("cat /proc/meminfo", mountAt("/proc/meminfo", file)), "not the kernel's\n");
  },
);

rule("the machine's own /proc may be shown", "podman run --pid=host binds /proc; runc: isProc", (box) => {
  const seen = box.output("readlink /proc/self", (configuration) => {
    configuration.mounts = configuration.mounts.filter(({ type }) => type !== "proc");
    configuration.linux.namespaces = configuration.linux.namespaces.filter(({ type }) => type !== "pid");
    mountAt("/proc", "/proc")(configuration);
  });
  assert.match(seen, /^\d{2,}\n$/);
});

rule("a link of the image that leads into /proc hides no mask", "CVE-2023-27561", (box) => {
  symlinkSync("/proc", join(box.rootfs, "link"));
  const { code, stdout } = box.run("cat /proc/timer_list; cat /link/timer_list", mountAt("/link", falseProc(box)));
  // The volume covers /proc then, as the image wanted; the kernel's files are below it and cannot be reached.
  assert.doesNotMatch(stdout, /Timer List/);
  assert.ok(code !== 0 || stdout === "", stdout);
});
