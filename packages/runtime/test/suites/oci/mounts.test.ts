/** The `mounts` list: file systems and binds, their options, their order, and what a destination may be. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "./rig/box.ts";
import type { Change, Mount } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Mounts"';

const adding =
  (...mounts: Mount[]): Change =>
  (configuration) => {
    configuration.mounts.push(...mounts);
  };

/** Mount options of `destination` as mountinfo has them: per mount, then per file system. */
function optionsOf(box: Box, destination: string, change?: Change): string[] {
  const line = box.output(`grep ' ${destination} ' /proc/self/mountinfo | tail -n 1`, change).trim();
  const [perMount = "", perFileSystem = ""] = [line.split(" ")[5], line.split(" - ")[1]?.split(" ")[2]];
  return [...perMount.split(","), ...perFileSystem.split(",")];
}

/** A directory of the machine with one file in it. */
function volume(box: Box, name = "volume"): string {
  mkdirSync(box.path(name));
  writeFileSync(box.path(name, "file"), `in ${name}\n`);
  return box.path(name);
}

const types = [
  ["/proc", "proc"],
  ["/dev", "tmpfs"],
  ["/dev/pts", "devpts"],
  ["/dev/shm", "tmpfs"],
  ["/dev/mqueue", "mqueue"],
  ["/sys", "sysfs"],
] as const;

rule("the default file systems have their types", 'config-linux.md "Default Filesystems"', (box) => {
  const seen = box
    .output("cat /proc/self/mounts")
    .split("\n")
    .map((line) => line.split(" "));
  const found = types.map(([path]) => [path, seen.findLast(([, mountPoint]) => mountPoint === path)?.[2]]);
  assert.deepEqual(
    found,
    types.map(([path, type]) => [path, type]),
  );
});

for (const option of ["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime"]) {
  rule(
    `"${option}" on a tmpfs is an option of the mount`,
    "man 8 mount, FILESYSTEM-INDEPENDENT MOUNT OPTIONS",
    (box) => {
      const options = optionsOf(
        box,
        "/tmp",
        adding({ destination: "/tmp", type: "tmpfs", source: "tmpfs", options: [option] }),
      );
      assert.ok(options.includes(option), options.join(","));
    },
  );

  rule(`"${option}" on a bind is an option of the mount`, "man 2 mount, MS_BIND and MS_REMOUNT", (box) => {
    const path = volume(box);
    const options = optionsOf(box, "/tmp", adding({ destination: "/tmp", source: path, options: ["bind", option] }));
    assert.ok(options.includes(option), options.join(","));
  });
}

rule("a later option takes an earlier one back", "man 8 mount: the last one wins", (box) => {
  const mount = { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["ro", "noexec", "exec", "rw"] };
  const options = optionsOf(box, "/tmp", adding(mount));
  assert.deepEqual(
    options.filter((option) => ["ro", "rw", "noexec"].includes(option)),
    ["rw", "rw"],
  );
});

rule("data of the file system reaches it", "man 5 tmpfs: size, mode, nr_inodes", (box) => {
  const mount = {
    destination: "/tmp",
    type: "tmpfs",
    source: "tmpfs",
    options: ["size=1024k", "mode=0711", "nr_inodes=77"],
  };
  const options = optionsOf(box, "/tmp", adding(mount));
  assert.deepEqual(
    options.filter((option) => option.includes("=")),
    ["size=1024k", "nr_inodes=77", "mode=711"],
  );
});

rule(
  "a bind shows the machine's directory and can be written",
  `${source}: "file or directory name for bind mounts"`,
  (box) => {
    const path = volume(box);
    const seen = box.output(
      "cat /tmp/file; echo new > /tmp/new",
      adding({ destination: "/tmp", source: path, options: ["bind"] }),
    );
    assert.equal(seen, "in volume\n");
    assert.equal(readFileSync(join(path, "new"), "utf8"), "new\n");
  },
);

rule("a read-only bind cannot be written", source, (box) => {
  const seen = box.output(
    "(echo x > /tmp/file) 2>&1 | grep -c 'Read-only file system'",
    adding({ destination: "/tmp", source: volume(box), options: ["rbind", "ro"] }),
  );
  assert.equal(seen, "1\n");
});

rule("a bind's source may be relative to the bundle", `${source}: "absolute or relative to the bundle"`, (box) => {
  mkdirSync(join(box.bundle, "beside"));
  writeFileSync(join(box.bundle, "beside/file"), "beside\n");
  const seen = box.output("cat /tmp/file", adding({ destination: "/tmp", source: "beside", options: ["bind"] }));
  assert.equal(seen, "beside\n");
});

rule("a bind of a file makes a file to stand on", "runc, libcontainer/rootfs_linux.go: createIfNotExists", (box) => {
  const path = join(volume(box), "file");
  const seen = box.output("cat /var/made/here", (configuration) => {
    configuration.mounts.push({ destination: "/var/made/here", source: path, options: ["bind"] });
  });
  assert.equal(seen, "in volume\n");
});

rule("a destination that does not exist is made", "runc, libcontainer/rootfs_linux.go: createIfNotExists", (box) => {
  const seen = box.output(
    "echo x > /var/a/b/file; cat /var/a/b/file",
    adding({ destination: "/var/a/b", type: "tmpfs", source: "tmpfs" }),
  );
  assert.equal(seen, "x\n");
});

rule(
  "mounts are made in the listed order",
  `${source}: "The runtime MUST mount entries in the listed order"`,
  (box) => {
    const seen = box.output(
      "cat /tmp/file; ls /tmp/inner",
      adding(
        { destination: "/tmp", source: volume(box, "first"), options: ["bind"] },
        { destination: "/tmp", source: volume(box, "second"), options: ["bind"] },
        { destination: "/tmp/inner", source: volume(box, "third"), options: ["bind"] },
      ),
    );
    assert.equal(seen, "in second\nfile\n");
  },
);

rule("rbind brings the mounts below the source, bind does not", "man 2 mount, MS_REC", (box) => {
  const seen = box.output(
    "ls /var/rbind/null; ls /var/bind/null 2>/dev/null || echo none",
    adding(
      { destination: "/var/rbind", source: "/dev", options: ["rbind"] },
      { destination: "/var/bind", source: box.path(), options: ["bind"] },
    ),
  );
  assert.equal(seen, "/var/rbind/null\nnone\n");
});

for (const propagation of [
  "private",
  "rprivate",
  "slave",
  "rslave",
  "shared",
  "rshared",
  "unbindable",
  "runbindable",
]) {
  rule(`"${propagation}" is the mount's propagation`, 'man 7 mount_namespaces, "Shared subtrees"', (box) => {
    const path = volume(box);
    const seen = box.output(
      "grep ' /tmp ' /proc/self/mountinfo",
      adding({ destination: "/tmp", source: path, options: ["rbind", propagation] }),
    );
    const tag = /(shared|unbindable)/.exec(seen.split(" - ")[0]?.split(" ").slice(6).join(" ") ?? "")?.[1] ?? "none";
    const plain = propagation.replace(/^r/, "");
    assert.equal(tag, ["shared", "unbindable"].includes(plain) ? plain : "none");
  });
}

rule("a symbolic link in the destination stays inside the root", "CVE-2021-30465", (box) => {
  mkdirSync(box.path("outside"));
  symlinkSync(box.path("outside"), join(box.rootfs, "link"));
  // Refusing is as good as making it inside.
  box.run("true", (configuration) => {
    configuration.root.readonly = false;
    configuration.mounts.push({ destination: "/link/made", type: "tmpfs", source: "tmpfs" });
  });
  assert.ok(!existsSync(box.path("outside/made")), "made a directory outside the root");
});

rule(".. in the destination stays inside the root", "man 7 path_resolution", (box) => {
  const seen = box.output(
    "cat /tmp/file",
    adding({ destination: "/../../tmp", source: volume(box), options: ["bind"] }),
  );
  assert.equal(seen, "in volume\n");
});

rule("a bind of a source that does not exist is refused", source, (box) => {
  box.rejects(adding({ destination: "/tmp", source: box.path("missing"), options: ["bind"] }));
});

rule("an unknown file system type is refused", `${source}: types are those in /proc/filesystems`, (box) => {
  box.rejects(adding({ destination: "/tmp", type: "nosuchfs", source: "x" }));
});

rule("proc over a symbolic link is refused", "CVE-2019-19921: /proc must be an ordinary directory", (box) => {
  mkdirSync(join(box.rootfs, "elsewhere"));
  symlinkSync("elsewhere", join(box.rootfs, "linked"));
  box.rejects((configuration) => {
    const proc = configuration.mounts.find(({ type }) => type === "proc");
    if (proc) proc.destination = "/linked";
  });
});

rule("tmpcopyup fills a tmpfs with what it covers", "runc, docs: mount option tmpcopyup", (box) => {
  writeFileSync(join(box.rootfs, "var/kept"), "kept\n");
  const seen = box.output(
    "cat /var/kept; echo more > /var/more",
    adding({ destination: "/var", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"] }),
  );
  assert.equal(seen, "kept\n");
  assert.ok(!existsSync(join(box.rootfs, "var/more")));
});

rule(
  "tmpcopyup keeps directories, links, owners and modes, and follows no link",
  "runc, libcontainer: tmpcopyup",
  (box) => {
    mkdirSync(join(box.rootfs, "var/deep/er"), { recursive: true });
    writeFileSync(join(box.rootfs, "var/deep/er/file"), "x".repeat(100_000));
    chownSync(join(box.rootfs, "var/deep/er/file"), 5, 6);
    chmodSync(join(box.rootfs, "var/deep/er/file"), 0o4640);
    symlinkSync("/etc/passwd", join(box.rootfs, "var/link"));
    const seen = box.output(
      "stat -c '%a %u %g %s' /var/deep/er/file; readlink /var/link; ls /var",
      adding({ destination: "/var", type: "tmpfs", source: "tmpfs", options: ["tmpcopyup"] }),
    );
    assert.equal(seen, "4640 5 6 100000\n/etc/passwd\ndeep\nlink\n");
  },
);

rule("rro makes every mount of an rbind read-only", "man 2 mount_setattr, AT_RECURSIVE", (box) => {
  const seen = box.output(
    "grep ' /var/sys' /proc/self/mountinfo | cut -d' ' -f6 | cut -d, -f1 | sort | uniq",
    adding({ destination: "/var/sys", source: "/sys", options: ["rbind", "rro"] }),
  );
  assert.equal(seen, "ro\n");
});
