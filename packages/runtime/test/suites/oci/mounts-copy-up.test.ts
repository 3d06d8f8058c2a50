/** `tmpcopyup`: a tmpfs that begins with a copy of what it covers, and takes every change with it when it goes. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "./rig/box.ts";
import type { Change } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Mounts": tmpcopyup "copy up the contents to a tmpfs"';

/** /var of the image: nested directories, a large file, an empty one, links in and out, owners and modes. */
function fill(box: Box): void {
  const at = (...names: string[]) => join(box.rootfs, "var", ...names);
  mkdirSync(at("lib/deep"), { recursive: true });
  writeFileSync(at("lib/deep/large"), Buffer.alloc(300_000, "x"));
  writeFileSync(at("lib/empty"), "");
  writeFileSync(at("lib/mine"), "mine\n");
  chownSync(at("lib/mine"), 1000, 1001);
  chmodSync(at("lib/mine"), 0o4754);
  chmodSync(at("lib/deep"), 0o711);
  symlinkSync("lib/mine", at("link"));
  symlinkSync("/etc/passwd", at("absolute"));
}

const copied: Change = (configuration) => {
  configuration.mounts.push({ destination: "/var", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"] });
};

rule("all that is covered is there: nested, large, empty", source, (box) => {
  fill(box);
  const seen = box.output("cd /var; wc -c lib/deep/large lib/empty lib/mine | sed 's/^ *//'", copied);
  assert.equal(seen, "300000 lib/deep/large\n0 lib/empty\n5 lib/mine\n300005 total\n");
});

rule("owners, modes and links are kept", source, (box) => {
  fill(box);
  const seen = box.output("cd /var; stat -c '%n %a %u:%g' lib/mine lib/deep; readlink link; readlink absolute", copied);
  assert.equal(seen, "lib/mine 4754 1000:1001\nlib/deep 711 0:0\nlib/mine\n/etc/passwd\n");
});

rule("what is changed inside does not change the image", source, (box) => {
  fill(box);
  assert.equal(box.output("rm -r /var/lib/deep; echo new > /var/new; ls /var", copied), "absolute\nlib\nlink\nnew\n");
  assert.ok(existsSync(join(box.rootfs, "var/lib/deep/large")) && !existsSync(join(box.rootfs, "var/new")));
});

rule("a read-only tmpfs is filled first", source, (box) => {
  fill(box);
  const seen = box.output("cat /var/lib/mine; (echo x > /var/x) 2>&1 | grep -c 'Read-only'", (configuration) => {
    copied(configuration);
    configuration.mounts.at(-1)?.options?.push("ro");
  });
  assert.equal(seen, "mine\n1\n");
});

rule("what an earlier mount shows there is what is copied", source, (box) => {
  mkdirSync(box.path("volume"));
  writeFileSync(box.path("volume/file"), "of the volume\n");
  const seen = box.output("cat /var/file", (configuration) => {
    configuration.mounts.push({ destination: "/var", source: box.path("volume"), options: ["bind"] });
    copied(configuration);
  });
  assert.equal(seen, "of the volume\n");
});
