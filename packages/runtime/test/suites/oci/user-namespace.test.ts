/** A user namespace: ids inside and outside, what root inside may do, and what needs a mapping. */
import assert from "node:assert/strict";
import { chownSync, mkdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Box, idle } from "./rig/box.ts";
import type { Configuration } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config-linux.md "User namespace mappings"';
const hostID = 200_000;

/** A user namespace with 1000 ids from 200000, and a root file system that belongs to its root. */
function mapped(box: Box, configuration: Configuration): void {
  configuration.linux.namespaces.push({ type: "user" });
  configuration.linux.uidMappings = [{ containerID: 0, hostID, size: 1000 }];
  configuration.linux.gidMappings = [{ containerID: 0, hostID: hostID + 5000, size: 1000 }];
  for (const path of ["", "tmp", "var", "root"]) chownSync(join(box.rootfs, path), hostID, hostID + 5000);
}

rule("the maps are those of the configuration", source, (box) => {
  const seen = box.output("cat /proc/self/uid_map /proc/self/gid_map", (configuration) => mapped(box, configuration));
  assert.deepEqual(
    seen
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number)),
    [
      [0, hostID, 1000],
      [0, hostID + 5000, 1000],
    ],
  );
});

rule("several ranges make several lines", source, (box) => {
  const seen = box.output("cat /proc/self/uid_map", (configuration) => {
    mapped(box, configuration);
    configuration.linux.uidMappings?.push({ containerID: 5000, hostID: hostID + 7000, size: 3 });
  });
  assert.equal(seen.trim().split("\n").at(-1)?.trim().replaceAll(/\s+/g, " "), `5000 ${hostID + 7000} 3`);
});

rule("root inside is the mapped id outside", "man 7 user_namespaces", (box) => {
  const pid = box.launch(idle, (configuration) => mapped(box, configuration));
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  assert.match(status, new RegExp(`^Uid:\t${hostID}\t${hostID}\t${hostID}\t${hostID}$`, "m"));
  assert.match(status, new RegExp(`^Gid:\t${hostID + 5000}\t`, "m"));
  assert.notEqual(readlinkSync(`/proc/${pid}/ns/user`), readlinkSync("/proc/self/ns/user"));
});

rule("a file made inside belongs to the mapped id outside", "man 7 user_namespaces", (box) => {
  box.output("touch /tmp/made; stat -c %u:%g /tmp/made", (configuration) => {
    mapped(box, configuration);
    configuration.root.readonly = false;
  });
  const { uid, gid } = statSync(join(box.rootfs, "tmp/made"));
  assert.deepEqual([uid, gid], [hostID, hostID + 5000]);
});

rule("a file of an id that is not mapped is nobody's inside", "man 7 user_namespaces, overflow ids", (box) => {
  const seen = box.output("stat -c %u:%g /bin", (configuration) => mapped(box, configuration));
  assert.equal(seen, "65534:65534\n");
});

rule("process.user is an id inside", 'config.md "POSIX-platform User": "in the container namespace"', (box) => {
  const pid = box.launch(idle, (configuration) => {
    mapped(box, configuration);
    configuration.process.user = { uid: 7, gid: 8, additionalGids: [9] };
  });
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  assert.match(status, new RegExp(`^Uid:\t${hostID + 7}\t`, "m"));
  assert.match(status, new RegExp(`^Gid:\t${hostID + 5008}\t`, "m"));
  assert.match(status, new RegExp(`^Groups:\t${hostID + 5009}\\s*$`, "m"));
});

rule(
  "the other new namespaces belong to the user namespace",
  "man 7 user_namespaces, Interaction with other types",
  (box) => {
    const seen = box.output("hostname changed; hostname", (configuration) => {
      mapped(box, configuration);
      const all = ["CAP_SYS_ADMIN"];
      configuration.process.capabilities = { bounding: all, effective: all, permitted: all };
    });
    assert.equal(seen, "changed\n");
  },
);

rule("the default devices are there", 'config-linux.md "Default Devices": mknod or bind, "however it likes"', (box) => {
  const seen = box.output(
    "echo x > /dev/null; for d in null zero full random urandom tty; do stat -c %t:%T /dev/$d; done",
    (configuration) => mapped(box, configuration),
  );
  assert.equal(seen, "1:3\n1:5\n1:7\n1:8\n1:9\n5:0\n");
});

rule("exec enters the user namespace", "man 8 runc-exec", (box) => {
  const pid = box.launch(idle, (configuration) => mapped(box, configuration));
  assert.equal(box.exec("id -u; readlink /proc/self/ns/user").stdout, `0\n${readlinkSync(`/proc/${pid}/ns/user`)}\n`);
});

rule("masked and read-only paths hold against root inside", 'config-linux.md "Masked Paths"', (box) => {
  const seen = box.output(
    "wc -c < /proc/timer_list; (echo x > /proc/sys/kernel/domainname) 2>/dev/null || echo refused",
    (configuration) => mapped(box, configuration),
  );
  assert.equal(seen, "0\nrefused\n");
});

rule(
  "setgroups inside is as in any user namespace made by root",
  "man 7 user_namespaces, /proc/PID/setgroups",
  (box) => {
    const seen = box.output("cat /proc/self/setgroups", (configuration) => mapped(box, configuration));
    assert.equal(seen, "allow\n");
  },
);

rule("a user namespace without maps is refused", source, (box) => {
  box.rejects((configuration) => configuration.linux.namespaces.push({ type: "user" }));
});

rule("a user that is not mapped is refused", 'config.md "POSIX-platform User"', (box) => {
  box.rejects((configuration) => {
    mapped(box, configuration);
    configuration.process.user = { uid: 4000, gid: 0 };
  });
});

rule("a bind in a user namespace keeps the flags its mount has", "man 7 mount_namespaces: locked flags", (box) => {
  mkdirSync(box.path("volume"));
  const seen = box.output("ls -d /var", (configuration) => {
    mapped(box, configuration);
    configuration.mounts.push({ destination: "/var", source: "/proc", options: ["rbind", "ro"] });
  });
  assert.equal(seen, "/var\n");
});
