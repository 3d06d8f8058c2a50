/** Bind mounts whose files are shown as other users': `idmap`, `ridmap`, uidMappings and gidMappings of a mount. */
import assert from "node:assert/strict";
import { chownSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { type Box, MachineCannot } from "./rig/box.ts";
import type { Change, IdMapping } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source =
  'config.md "Mounts": uidMappings "The mapping to convert UIDs from the source file system to the destination mount point"';

/** What the file system has as 0 is seen as 1000 on the host's side of the map, and so inside. */
const FROM_ROOT: IdMapping[] = [{ containerID: 0, hostID: 1000, size: 1 }];

/** A directory of the machine with a file of root's, and one below it on a file system of its own. */
function volume(box: Box): string {
  mkdirSync(box.path("volume/inner"), { recursive: true });
  writeFileSync(box.path("volume/file"), "");
  return box.path("volume");
}

function mapped(
  box: Box,
  options: string[],
  mappings: Partial<Record<"uidMappings" | "gidMappings", IdMapping[]>>,
): Change {
  const path = volume(box);
  return (configuration) => {
    configuration.root.readonly = false;
    configuration.mounts.push({ destination: "/volume", source: path, options, ...mappings });
  };
}

const BOTH = { uidMappings: FROM_ROOT, gidMappings: FROM_ROOT };

rule("a mount's own maps say whose its files are", source, (box) => {
  assert.equal(box.output("stat -c %u:%g /volume/file", mapped(box, ["bind"], BOTH)), "1000:1000\n");
});

rule("what the mapped user writes is written as the file system has it", source, (box) => {
  const change = mapped(box, ["bind"], BOTH);
  chownSync(box.path("volume"), 0, 0);
  box.output("touch /volume/new && stat -c %u:%g /volume/new", (configuration) => {
    change(configuration);
    configuration.process.user = { uid: 1000, gid: 1000 };
  });
  assert.deepEqual([statSync(box.path("volume/new")).uid, statSync(box.path("volume/new")).gid], [0, 0]);
});

rule("a mapped mount may be read-only", `${source}; man 2 mount_setattr`, (box) => {
  const seen = box.output(
    "stat -c %u /volume/file; (echo x > /volume/file) 2>&1 | grep -c 'Read-only'",
    mapped(box, ["rbind", "ro"], BOTH),
  );
  assert.equal(seen, "1000\n1\n");
});

for (const [option, inner] of [
  ["idmap", "0"],
  ["ridmap", "1000"],
] as const) {
  rule(
    `"${option}" ${inner === "0" ? "leaves" : "maps"} the mounts below`,
    'config.md "Mounts", Linux mount options',
    (box) => {
      const prepare = `mount -t tmpfs inner ${box.path("volume/inner")}; exec "$@"`;
      const wrapper = ["unshare", "-m", "--propagation", "private", "sh", "-c", prepare, "sh"];
      const seen = box.output("stat -c %u /volume/file /volume/inner", mapped(box, ["rbind", option], BOTH), {
        wrapper,
      });
      assert.equal(seen, `1000\n${inner}\n`);
    },
  );
}

rule("idmap without maps takes those of the container", 'config.md "Mounts": idmap', (box) => {
  const seen = box.output("stat -c %u:%g /volume/file", (configuration) => {
    mapped(box, ["bind", "idmap"], {})(configuration);
    configuration.linux.namespaces.push({ type: "user" });
    configuration.linux.uidMappings = [{ containerID: 0, hostID: 200_000, size: 1000 }];
    configuration.linux.gidMappings = [{ containerID: 0, hostID: 200_000, size: 1000 }];
    chownSync(box.rootfs, 200_000, 200_000);
  });
  // The host's 0 becomes 200000 outside, which is 0 again in the container: its files are its own.
  assert.equal(seen, "0:0\n");
});

rule("two mounts may have maps of their own", source, (box) => {
  const seen = box.output("stat -c %u /volume/file /second/file", (configuration) => {
    mapped(box, ["bind"], BOTH)(configuration);
    const other = [{ containerID: 0, hostID: 77, size: 1 }];
    configuration.mounts.push({
      destination: "/second",
      source: box.path("volume"),
      options: ["bind"],
      uidMappings: other,
      gidMappings: other,
    });
  });
  assert.equal(seen, "1000\n77\n");
});

rule("one map without the other is refused", source, (box) => {
  box.rejects(mapped(box, ["bind"], { uidMappings: FROM_ROOT }));
});

rule("idmap without any maps is refused", source, (box) => {
  box.rejects(mapped(box, ["bind", "idmap"], {}));
});

rule("a mount that is no bind cannot be mapped", "runc: id-mapped mounts are only supported for bind mounts", (box) => {
  box.rejects((configuration) => {
    configuration.mounts.push({ destination: "/tmp", type: "tmpfs", source: "tmpfs", ...BOTH });
  });
});

rule("a file system that cannot be mapped is an error", "man 2 mount_setattr: EINVAL", (box) => {
  if (statSync("/sys/fs/cgroup", { throwIfNoEntry: false }) === undefined) throw new MachineCannot("no cgroups");
  box.rejects((configuration) => {
    configuration.mounts.push({ destination: "/tmp", source: "/proc/sys", options: ["bind"], ...BOTH });
  });
});
