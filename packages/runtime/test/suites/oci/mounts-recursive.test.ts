/** Mount options with an "r" in front, which hold for a whole tree of mounts (man 2 mount_setattr, AT_RECURSIVE). */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import type { Box } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Mounts", Linux mount options';

for (const [option, flag] of [
  ["rnosuid", "nosuid"],
  ["rnodev", "nodev"],
  ["rnoexec", "noexec"],
  ["rnoatime", "noatime"],
  ["rnodiratime", "nodiratime"],
  ["rnosymfollow", "nosymfollow"],
] as const) {
  rule(`"${option}" reaches the mounts below a bind`, source, (box) => {
    const seen = belowBind(box, option);
    assert.ok(seen.length === 2 && seen.every((options) => options.includes(flag)), JSON.stringify(seen));
  });
}

for (const [later, earlier, flag] of [
  ["rsuid", "rnosuid", "nosuid"],
  ["rdev", "rnodev", "nodev"],
  ["rexec", "rnoexec", "noexec"],
  ["rrw", "rro", "ro"],
  ["ratime", "rnoatime", "noatime"],
  ["rrelatime", "rnoatime", "noatime"],
  ["rdiratime", "rnodiratime", "nodiratime"],
] as const) {
  rule(`"${later}" takes "${earlier}" back`, source, (box) => {
    const seen = belowBind(box, earlier, later);
    assert.ok(seen.length === 2 && seen.every((options) => !options.includes(flag)), JSON.stringify(seen));
  });
}

rule('"rstrictatime" reaches the mounts below a bind', source, (box) => {
  const seen = belowBind(box, "rstrictatime");
  assert.ok(
    seen.every((options) => !options.includes("relatime") && !options.includes("noatime")),
    JSON.stringify(seen),
  );
});

/** Options of a bind mount of a directory with one mount below it, both as the container sees them. */
function belowBind(box: Box, ...options: string[]): string[][] {
  mkdirSync(box.path("outer/inner"), { recursive: true });
  const prepare = `mount -t tmpfs inner ${box.path("outer/inner")}; exec "$@"`;
  const seen = box.output(
    "cut -d' ' -f5,6 /proc/self/mountinfo | grep '^/tmp' | cut -d' ' -f2",
    ({ mounts }) =>
      void mounts.push({ destination: "/tmp", source: box.path("outer"), options: ["rbind", ...options] }),
    { wrapper: ["unshare", "-m", "--propagation", "private", "sh", "-c", prepare, "sh"] },
  );
  const lines = seen.trim().split("\n");
  return lines.map((line) => line.split(","));
}
